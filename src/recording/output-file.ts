import { appendFile, lstat, open, readFile, realpath, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomic } from "../foundations/atomic-file.ts";
import { inputError, systemErrorCode } from "../foundations/errors.ts";
import { tables } from "./columns.ts";
import { MANIFEST_FILE, readManifest } from "./manifest.ts";

/** A kind of file that a command writes where its user says, such as a JUnit report. */
export interface OutputKind {
  /** Who writes it, for messages: `--junit`. */
  readonly writer: string;
  /** What it is, for messages: `a JUnit report`. */
  readonly name: string;
  /** Whether a file that begins like this is an earlier one of the kind, and may be replaced. */
  readonly recognize: (beginning: string) => boolean;
  /** Whether the file is added to rather than replaced, whatever it holds. */
  readonly append?: (file: string) => boolean;
  /** Also one that a results folder lists as its own may be replaced. */
  readonly ofFolders?: true;
}

/** A place that may be written. */
export interface OutputFile {
  /** As it was given. */
  readonly path: string;
  readonly toStandardOutput: boolean;
  write(content: string | Uint8Array): Promise<void>;
}

/** What a place must not be. */
export interface OutputLimits {
  /** Files and folders that the same command reads. */
  readonly inputs: readonly string[];
  /** Places that the same command writes. */
  readonly outputs?: readonly OutputFile[];
  /** Takes what is written to `-`; without it, standard output is no place. */
  readonly standardOutput?: (content: string | Uint8Array) => void;
}

/**
 * Decides whether a command may write to `given`, before it computes anything. `-` is standard output. A file is
 * replaced whole or not at all, through symbolic links, and only by a file of its own kind: what the command reads,
 * what a results folder lists as its own, tables, and every foreign file are refused by a PruneLabError of kind
 * `input`. Pipes and character devices such as /dev/null are written into.
 */
export async function outputFile(
  given: string,
  kind: OutputKind,
  { inputs, outputs = [], standardOutput }: OutputLimits,
): Promise<OutputFile> {
  const refuse = (reason: string, hint = "Name a new file.") =>
    inputError(`${given} ${reason}, so ${kind.writer} does not write it.`, { hint });
  if (given === "") throw inputError(`${kind.writer} needs the name of a file.`);
  if (isStandardOutput(given)) {
    if (standardOutput === undefined) throw refuse("is standard output");
    if (outputs.some(({ toStandardOutput }) => toStandardOutput)) {
      throw refuse("is standard output, which another option writes");
    }
    return { path: given, toStandardOutput: true, write: async (content) => standardOutput(content) };
  }
  const place = await placeOf(given, refuse);
  const to = (write: OutputFile["write"]): OutputFile => ({
    path: given,
    toStandardOutput: false,
    write: async (content) => {
      await write(content).catch((error: unknown) => {
        throw unwritable(given, error);
      });
    },
  });
  if (place.kind === "stream") return to((content) => writeFile(place.file, content));
  for (const input of inputs) {
    if (await isSamePlace(place, input)) throw refuse("is read by this command");
  }
  for (const other of outputs) {
    if (await isSamePlace(place, other.path)) throw refuse("is written by another option");
  }
  const beginning = place.kind === "file" ? await beginningOf(place.file) : "";
  const earlier = kind.recognize(beginning);
  const owner = await ownerOf(place);
  if (owner !== undefined && !(earlier && kind.ofFolders)) {
    throw refuse(`belongs to the results folder ${owner}`);
  }
  const appends = kind.append?.(place.file) === true;
  if (beginning !== "" && !earlier) {
    if (beginsLikeTable(beginning)) throw refuse("is a results table");
    if (!appends) throw refuse(`is not ${kind.name}`, "Name a new file, or remove this one first.");
  }
  return to(appends ? (content) => appendFile(place.file, content) : (content) => replace(place, content));
}

/** Whole or not at all; as it comes where the file can be written and its folder cannot, as in a container's mount. */
async function replace({ kind, file }: Place, content: string | Uint8Array): Promise<void> {
  try {
    await writeFileAtomic(file, content);
  } catch (error) {
    if (kind !== "file" || !["EACCES", "EPERM", "EBUSY"].includes(systemErrorCode(error) ?? "")) throw error;
    await writeFile(file, content);
  }
}

/** Whether text begins like one of the tables of a results folder. */
export function beginsLikeTable(beginning: string, names = Object.keys(tables)): boolean {
  const [header = ""] = beginning.replace(/^\ufeff/, "").split(/\r?\n/, 1);
  const found = new Set(header.split(","));
  return names.some((name) => {
    const columns = Object.keys(tables[name as keyof typeof tables]);
    return columns.filter((column) => found.has(column)).length > columns.length / 2;
  });
}

/** `-`, and the names that the system has for the same: to open them anew could cut off what is there. */
function isStandardOutput(given: string): boolean {
  return ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].includes(given);
}

type Refuse = (reason: string, hint?: string) => Error;

interface Place {
  readonly kind: "new" | "file" | "stream";
  /** The file itself, behind all symbolic links. */
  readonly file: string;
  /** Device and number of what is there. */
  readonly identity: string | undefined;
}

async function placeOf(given: string, refuse: Refuse): Promise<Place> {
  try {
    const status = await stat(given, { bigint: true });
    if (status.isDirectory()) throw refuse("is a folder");
    if (status.isBlockDevice() || status.isSocket()) throw refuse("is a device");
    const kind = status.isFile() ? "file" : "stream";
    // What a descriptor leads to may have no path of its own.
    const file = kind === "file" ? await realpath(given) : given;
    return { kind, file, identity: `${status.dev}:${status.ino}` };
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT")
      return { kind: "new", file: await newFile(given, refuse), identity: undefined };
    if (systemErrorCode(error) === undefined) throw error;
    throw unwritable(given, error);
  }
}

/** A file that is not there yet, by the real path of the nearest folder that is. */
async function newFile(given: string, refuse: Refuse): Promise<string> {
  let existing = path.dirname(path.resolve(given));
  const missing = [path.basename(given)];
  for (;;) {
    try {
      const folder = await realpath(existing);
      const file = path.join(folder, ...missing);
      if (missing.length === 1 && (await isLink(file))) throw refuse("is a symbolic link that leads nowhere");
      return file;
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT")
        throw systemErrorCode(error) ? unwritable(given, error) : error;
      missing.unshift(path.basename(existing));
      existing = path.dirname(existing);
    }
  }
}

async function isLink(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isSymbolicLink();
  } catch {
    return false;
  }
}

async function isSamePlace(place: Place, other: string): Promise<boolean> {
  try {
    const { dev, ino } = await stat(other, { bigint: true });
    return place.identity === `${dev}:${ino}`;
  } catch {
    return path.resolve(other) === place.file;
  }
}

/**
 * The results folder, at or above the file's own, whose manifest lists the file; undefined where there is none. A damaged
 * manifest counts as one that lists whatever is there.
 */
async function ownerOf({ kind, file }: Place): Promise<string | undefined> {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const name = path.relative(folder, file).split(path.sep).join("/");
    const lists = await readManifest(folder).then(
      (manifest) => manifest?.files.some((known) => name === known || name.startsWith(`${known}/`)),
      async () => kind === "file" && (await isDamagedManifest(path.join(folder, MANIFEST_FILE))),
    );
    if (lists || (lists === false && name === MANIFEST_FILE)) return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}

/** Other programs have a manifest.json too. */
async function isDamagedManifest(file: string): Promise<boolean> {
  const text = await readFile(file, "utf8").catch(() => "");
  return /"tool":\s*"prune-lab"/.test(text);
}

const BEGINNING_BYTES = 4096;

async function beginningOf(file: string): Promise<string> {
  const handle = await open(file, "r").catch((error: unknown) => {
    throw unwritable(file, error);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function unwritable(file: string, error: unknown) {
  return inputError(`${file} cannot be written (${systemErrorCode(error) ?? error}).`, { cause: error });
}
