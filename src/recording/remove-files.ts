import { rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "../foundations/errors.ts";
import type { Notify } from "../foundations/notices.ts";

/** Removals at a time. */
const PARALLEL = 16;
/** A removal that takes longer says so, and then how far it is. */
const SILENT_MILLISECONDS = 2000;
const NOTICE_MILLISECONDS = 10_000;

/**
 * Removes files and folders, named relative to `folder`, and the folders within it that are empty then. Names that lead
 * out of the folder are passed over. `notify` hears of a removal that takes long. Throws the system's own error.
 */
export async function removeFiles(
  folder: string,
  names: readonly string[],
  notify: Notify = () => {},
): Promise<void> {
  const root = path.resolve(folder);
  // A manifest is a file like any other, and may be edited: nothing outside the folder is ever removed.
  const targets = names.map((name) => path.resolve(root, name)).filter((target) => isInside(target, root));
  const tell = progressOf(folder, targets.length, notify);
  for (let start = 0; start < targets.length; start += PARALLEL) {
    const some = targets.slice(start, start + PARALLEL);
    await Promise.all(some.map((target) => rm(target, { recursive: true, force: true })));
    tell(start + some.length);
  }
  const parents = new Set(targets.map((target) => path.dirname(target)));
  // The innermost first.
  for (const parent of [...parents].sort((a, b) => b.length - a.length)) {
    if (isInside(parent, root)) await removeIfEmpty(parent);
  }
}

function isInside(target: string, root: string): boolean {
  return target.startsWith(root.endsWith(path.sep) ? root : root + path.sep);
}

function progressOf(folder: string, all: number, notify: Notify): (done: number) => void {
  let next = performance.now() + SILENT_MILLISECONDS;
  return (done) => {
    if (performance.now() < next || done === all) return;
    next = performance.now() + NOTICE_MILLISECONDS;
    const [some, total] = [done, all].map((count) => count.toLocaleString("en-US"));
    notify(`${folder}: ${some} of ${total} files and folders of the earlier sweep are removed.`);
  };
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "ENOENT") throw error;
  }
}
