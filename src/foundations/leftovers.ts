import { randomBytes } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "./errors.ts";
import { PLACE_DIGITS, type ProcessMark, stateOf, thisProcess } from "./processes.ts";

/**
 * Unfinished files: `.results.csv.<pid>-<start>-<place>.<random>.tmp`. The name says who writes it, so that what a killed
 * process left can be told from what a living one is about.
 */

/** A process that cannot be seen from here counts as ended when it has given no sign of life for so long. */
export const SILENT_SECONDS = 120;

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
 * Removes from a folder the unfinished files whose writers have ended: those that were to become `target`, or all.
 * With `whoever`, those of living writers too, for a folder in which nobody else may write. A folder that does not exist
 * has none.
 */
export async function removeLeftovers(
  folder: string,
  { target, whoever = false }: { readonly target?: string; readonly whoever?: boolean } = {},
): Promise<void> {
  for (const name of await namesIn(folder)) {
    const [, of, pid, start = "", place = ""] = PATTERN.exec(name) ?? [];
    if (of === undefined || (target !== undefined && of !== target)) continue;
    const file = path.join(folder, name);
    if (whoever || (await hasEnded({ pid: Number(pid), start, place }, file))) {
      await rm(file, { recursive: true, force: true });
    }
  }
}

async function hasEnded(writer: ProcessMark, file: string): Promise<boolean> {
  const state = stateOf(writer);
  if (state !== "unseen") return state === "ended";
  try {
    return Date.now() - (await stat(file)).mtimeMs > SILENT_SECONDS * 1000;
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
