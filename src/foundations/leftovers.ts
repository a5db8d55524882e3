import { randomBytes } from "node:crypto";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "./errors.ts";
import { PLACE_DIGITS, type ProcessMark, stateOf, thisProcess } from "./processes.ts";

/**
 * Unfinished files: `.results.csv.<pid>-<start>-<place>.<random>.tmp`. The name says who writes it, so that what a killed
 * process left can be told from what a living one is about.
 */

/** An unfinished file of a process that cannot be seen from here is abandoned when nothing was written for so long. */
export const ABANDONED_SECONDS = 3600;

const RANDOM_DIGITS = 8;

const PATTERN = new RegExp(
  `^\\.(.+)\\.(\\d+)-(\\d*)-([0-9a-f]{${PLACE_DIGITS}})\\.[0-9a-f]{${RANDOM_DIGITS}}\\.tmp$`,
);

/** A new name beside `file`, for what will be renamed to it. */
export function temporaryBeside(file: string): string {
  const { pid, start, place } = thisProcess();
  const random = randomBytes(RANDOM_DIGITS / 2).toString("hex");
  return path.join(path.dirname(file), `.${path.basename(file)}.${pid}-${start}-${place}.${random}.tmp`);
}

/** Whether an entry of a folder is an unfinished file or folder of prune-lab. */
export function isTemporary(name: string): boolean {
  return PATTERN.test(name);
}

/**
 * Removes from a folder the unfinished files that nobody finishes: of writers that have ended, and of writers that cannot be
 * seen from here, such as those of other machines, ABANDONED_SECONDS after the last byte. Those that were to become
 * `target`, or all. With `mine`, those of this process too: of threads that have been stopped. A folder that does not exist
 * has none.
 */
export async function removeLeftovers(
  folder: string,
  { target, mine = false }: { readonly target?: string; readonly mine?: boolean } = {},
): Promise<void> {
  let clock: Promise<number> | undefined;
  for (const name of await namesIn(folder)) {
    const [, of, pid, start = "", place = ""] = PATTERN.exec(name) ?? [];
    if (of === undefined || (target !== undefined && of !== target)) continue;
    const writer = { pid: Number(pid), start, place };
    const file = path.join(folder, name);
    const state = mine && isThisProcess(writer) ? "ended" : stateOf(writer);
    if (state === "running") continue;
    if (state === "unseen") {
      clock ??= clockOf(folder);
      if (!(await isAbandoned(file, await clock))) continue;
    }
    await rm(file, { recursive: true, force: true });
  }
}

function isThisProcess({ pid, start, place }: ProcessMark): boolean {
  const own = thisProcess();
  return pid === own.pid && start === own.start && place === own.place;
}

/** What the file system takes for now, in milliseconds since 1970: other machines wrote by its clock, not by this one's. */
async function clockOf(folder: string): Promise<number> {
  const probe = temporaryBeside(path.join(folder, "clock"));
  try {
    await writeFile(probe, "");
    return (await stat(probe)).mtimeMs;
  } catch {
    // Nothing can be written, and so nothing removed.
    return Number.NEGATIVE_INFINITY;
  } finally {
    await rm(probe, { force: true }).catch(() => {});
  }
}

async function isAbandoned(file: string, now: number): Promise<boolean> {
  try {
    return now - (await stat(file)).mtimeMs > ABANDONED_SECONDS * 1000;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
}
