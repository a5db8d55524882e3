import { copyFile, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { createFolder } from "./create-folder.ts";
import { removeLeftovers, temporaryBeside } from "./leftovers.ts";
import { atPath } from "./system-errors.ts";

/** A text, or bytes, which may come in parts. */
export type FileContent = string | Uint8Array | readonly Uint8Array[];

/**
 * Writes a file so that it is there whole or not at all, whatever interrupts: a temporary file beside it,
 * fsync, rename. Creates the folder, and removes what an earlier attempt at this file left when it was killed.
 * Throws the system's own error (`ENOSPC`, `EACCES`, ...).
 */
export async function writeFileAtomic(file: string, content: FileContent): Promise<void> {
  const folder = path.dirname(file);
  await createFolder(folder);
  // A folder may be written to that cannot be listed.
  await removeLeftovers(folder, { target: path.basename(file) }).catch(() => {});
  await replaceFile(file, content);
}

/** The same in a folder that exists, and whose leftovers whoever opened it has removed. */
export async function replaceFile(file: string, content: FileContent): Promise<void> {
  const temporary = temporaryBeside(file);
  try {
    await writeFlushed(temporary, content);
    await rename(temporary, file);
  } catch (error) {
    await discard(temporary);
    throw atPath(error, file);
  }
}

/** Writes a new file and flushes it to the disk. Throws the system's own error. */
export async function writeFlushed(file: string, content: FileContent): Promise<void> {
  const handle = await open(file, "wx");
  try {
    for (const part of partsOf(content)) await handle.writeFile(part);
    await handle.sync();
  } catch (error) {
    throw atPath(error, file);
  } finally {
    await handle.close();
  }
}

function partsOf(content: FileContent): readonly (string | Uint8Array)[] {
  return typeof content === "string" || content instanceof Uint8Array ? [content] : content;
}

/** Copies to a new file and flushes it to the disk. Throws the system's own error. */
export async function copyFlushed(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  const handle = await open(to, "r+");
  try {
    await handle.sync();
  } catch (error) {
    throw atPath(error, to);
  } finally {
    await handle.close();
  }
}

/** Takes an unfinished file or folder away. What cannot be removed now, the next command removes: the first error counts. */
export async function discard(temporary: string): Promise<void> {
  await rm(temporary, { recursive: true, force: true }).catch(() => {});
}
