import { link, rename, stat } from "node:fs/promises";
import { copyFlushed, discard } from "../foundations/atomic-file.ts";
import { systemErrorCode } from "../foundations/errors.ts";
import { temporaryBeside } from "../foundations/leftovers.ts";

/** Moves a folder to its place, unless something is there. */
export async function movedTo(place: string, temporary: string): Promise<boolean> {
  try {
    await rename(temporary, place);
    return true;
  } catch (error) {
    // Windows says EPERM or EACCES for a folder that is there.
    const isThere = ["ENOTEMPTY", "EEXIST", "ENOTDIR", "EPERM", "EACCES"].includes(
      systemErrorCode(error) ?? "",
    );
    if (isThere && (await exists(place))) return false;
    throw error;
  }
}

/** Takes what is in a place away, in one step, so that of two that want to one has it to remove. */
export async function moveAside(place: string): Promise<void> {
  const aside = temporaryBeside(place);
  try {
    await rename(place, aside);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
  await discard(aside);
}

async function exists(place: string): Promise<boolean> {
  return stat(place).then(
    () => true,
    () => false,
  );
}

/** A second name for the same bytes: files of a store are replaced, never changed. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") throw error;
    await copyFlushed(from, to);
  }
}
