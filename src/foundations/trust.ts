import { lstatSync, readlinkSync, type Stats } from "node:fs";
import path from "node:path";
import { systemErrorCode } from "./errors.ts";

/** What a system tells of a file or folder, as far as it says who may change it. */
export type Ownership = Pick<Stats, "uid" | "gid" | "mode">;

/**
 * Why somebody but this user and root could put something else in the place of a file or folder, as a sentence
 * without its full stop; undefined when nobody could, for what is not there yet, and on systems without owners
 * (Windows). Looks at every folder on the way and at the target of every symbolic link. Throws the system's error when it cannot look.
 */
export function whoElseCanChange(target: string): string | undefined {
  const user = process.getuid?.();
  return user === undefined ? undefined : problemOnTheWay(path.resolve(target), user, 0);
}

/** More links than any system follows. */
const MOST_LINKS = 40;

function problemOnTheWay(target: string, user: number, links: number): string | undefined {
  const { root } = path.parse(target);
  const names = target.slice(root.length).split(path.sep).filter(Boolean);
  const places = [root, ...names.map((_, i) => path.join(root, ...names.slice(0, i + 1)))];
  let closed = false;
  for (const place of places) {
    const entry = entryAt(place);
    if (entry === undefined) return undefined;
    const problem = closed ? undefined : problemOf(entry, user, place === target ? "last" : "above");
    if (problem !== undefined) return `${place} ${problem}`;
    closed ||= isClosed(entry);
    if (!entry.isSymbolicLink()) continue;
    if (links === MOST_LINKS) return `${place} leads from one symbolic link to the next`;
    const linked = path.resolve(path.dirname(place), readlinkSync(place));
    const beyond = problemOnTheWay(linked, user, links + 1);
    if (beyond !== undefined) return beyond;
  }
  return undefined;
}

function entryAt(place: string): Stats | undefined {
  try {
    return lstatSync(place);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether nobody but its owner comes to what lies in a folder, whatever the rights there. */
function isClosed({ mode }: Ownership): boolean {
  return (mode & FORMAT) === FOLDER && (mode & 0o077) === 0;
}

const FORMAT = 0o170000;
const FOLDER = 0o040000;
const SYMBOLIC_LINK = 0o120000;
const STICKY = 0o1000;
const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;

/**
 * What is wrong with the rights of one place on the way to a file. In a sticky folder such as /tmp everybody may make
 * files, and only their owner may replace them: that will do above a place whose own owner is looked at next. A
 * group with the user's own number is the user's alone, as most systems set it up, and that of root is root's.
 */
export function problemOf(
  { uid, gid, mode }: Ownership,
  user: number,
  where: "above" | "last",
): string | undefined {
  if (uid !== user && uid !== 0) return `belongs to another user (number ${uid})`;
  if ((mode & FORMAT) === SYMBOLIC_LINK || (where === "above" && (mode & STICKY) !== 0)) return undefined;
  if ((mode & OTHERS_WRITE) !== 0) return "can be changed by every user of this machine";
  if ((mode & GROUP_WRITES) !== 0 && gid !== user && gid !== 0) {
    return `can be changed by a group of users (number ${gid})`;
  }
  return undefined;
}
