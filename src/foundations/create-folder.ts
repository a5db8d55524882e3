import { access, constants, mkdir } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "./errors.ts";

/** Creates a folder with those that it lies in, unless it is there. Throws the system's own error. */
export async function createFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    // Node says ENOENT where the parent cannot be written: asked for that, the system gives the reason.
    if (systemErrorCode(error) === "ENOENT") await access(await nearestExisting(folder), constants.W_OK);
    throw error;
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
