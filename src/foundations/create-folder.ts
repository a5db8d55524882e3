import { accessSync, mkdirSync } from "node:fs";
import { access, constants, mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "./errors.ts";

/** Creates a folder with those that it lies in, unless it is there; `mode` of the new ones. Throws the system's own error. */
export async function createFolder(folder: string, mode = 0o777): Promise<void> {
  const target = path.resolve(folder);
  let made = await nearestExisting(target);
  try {
    if (made === target) return void (await mkdir(target, { recursive: true, mode }));
    // One by one: asked for all of them, Node tries for ever where the system lets none be made, as in /proc.
    for (const name of path.relative(made, target).split(path.sep)) {
      made = path.join(made, name);
      await mkdir(made, { mode }).catch(async (error: unknown) => {
        // Another process was first, or something else is in the way.
        if (systemErrorCode(error) !== "EEXIST" || !(await isFolder(made))) throw error;
      });
    }
  } catch (error) {
    // Node says ENOENT where the parent cannot be written: asked for that, the system gives the reason.
    if (systemErrorCode(error) === "ENOENT") await access(await nearestExisting(folder), constants.W_OK);
    throw error;
  }
}

/** The same at once, for a folder whose place is known to be good: an error of the system is thrown as it is. */
export function createFolderSync(folder: string): void {
  const target = path.resolve(folder);
  try {
    accessSync(target);
  } catch {
    const parent = path.dirname(target);
    if (parent !== target) createFolderSync(parent);
    try {
      mkdirSync(target);
    } catch (error) {
      // Another process was first.
      if (systemErrorCode(error) !== "EEXIST") throw error;
    }
  }
}

/** The folder itself, absolute, or the nearest of those that it lies in. */
export async function nearestExisting(folder: string): Promise<string> {
  let existing = path.resolve(folder);
  for (;;) {
    const parent = path.dirname(existing);
    try {
      await access(existing);
      return existing;
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT" || parent === existing) throw error;
      existing = parent;
    }
  }
}

async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
