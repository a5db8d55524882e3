import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "./errors.ts";

/**
 * Makes a folder and those above it that are missing; `mode` of the ones it makes. Throws the system's own error.
 * Node's own `recursive` never ends where a folder is there but takes no other, as in /proc.
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  if (await isFolder(folder)) return;
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    const code = systemErrorCode(error);
    // Another process may have made it by now.
    if (code === "EEXIST" && (await isFolder(folder))) return;
    const parent = path.dirname(folder);
    if (code !== "ENOENT" || parent === folder || (await isFolder(parent))) throw error;
    await makeFolder(parent, mode);
    await makeFolder(folder, mode);
  }
}

async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
