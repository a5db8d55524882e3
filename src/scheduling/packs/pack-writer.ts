import { closeSync, fstatSync, openSync, writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import { createFolderSync } from "../../foundations/create-folder.ts";
import { systemErrorCode } from "../../foundations/errors.ts";
import { thisProcess } from "../../foundations/processes.ts";
import { atPath } from "../../foundations/system-errors.ts";
import { packLine } from "./pack-line.ts";
import type { PackedResult } from "./pack-record.ts";

/** The folder of packs in a store. */
export const PACKS_FOLDER = "packs";

/** The one pack that the threads of this process append to. Its name is no other process's. */
export function ownPack(storeFolder: string): string {
  const { pid, start, place } = thisProcess();
  return path.join(storeFolder, PACKS_FOLDER, `${pid}-${start}-${place}.pack`);
}

interface OpenPack {
  readonly descriptor: number;
  /** Shared values that this thread has written to it. */
  readonly values: Set<string>;
}

/** This thread's. */
const openPacks = new Map<string, OpenPack>();

/**
 * Appends a finished run to this process's pack: others see it at once, and it outlives the process. It outlives the
 * machine once `flushPack` has been called, by whichever thread. Throws the system's own error.
 */
export function appendToPack(
  storeFolder: string,
  id: string,
  { result, shared }: PackedResult,
  timing: unknown,
): void {
  const file = ownPack(storeFolder);
  const pack = openPack(file);
  const isNew = shared !== undefined && !pack.values.has(shared.id);
  const value = isNew ? packLine("value1", shared.id, shared.json) : "";
  try {
    append(pack.descriptor, Buffer.from(value + packLine("run1", id, JSON.stringify({ result, timing }))));
  } catch (error) {
    throw atPath(error, file);
  }
  if (isNew) pack.values.add(shared.id);
}

/** In one call, which the system carries out without another's in between; what it breaks off is written again. */
function append(descriptor: number, bytes: Buffer): void {
  while (writeSync(descriptor, bytes) < bytes.length);
}

function openPack(file: string): OpenPack {
  const there = openPacks.get(file);
  if (there !== undefined) {
    // Removed with the results, which are made anew.
    if (fstatSync(there.descriptor).nlink > 0) return there;
    close(file, there);
  }
  try {
    createFolderSync(path.dirname(file));
    const pack = { descriptor: openSync(file, "a"), values: new Set<string>() };
    openPacks.set(file, pack);
    return pack;
  } catch (error) {
    throw atPath(error, file);
  }
}

function close(file: string, { descriptor }: OpenPack): void {
  openPacks.delete(file);
  closeSync(descriptor);
}

/** Up to where packs are on the disk for certain, or why that is not known: a disk tells once that it has lost something. */
const flushed = new Map<string, number | { readonly error: unknown }>();

/** Flushes to the disk what the threads of this process have appended to its pack. Throws the system's own error. */
export async function flushPack(storeFolder: string): Promise<void> {
  const file = ownPack(storeFolder);
  const before = flushed.get(file);
  if (typeof before === "object") throw before.error;
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, "r+");
    const { size } = await handle.stat();
    if (size === before) return;
    await handle.sync();
    flushed.set(file, size);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return;
    flushed.set(file, { error: atPath(error, file) });
    throw atPath(error, file);
  } finally {
    await handle?.close();
  }
}

/** Flushes, and lets go of the file: nothing more is stored there for now. */
export async function closePack(storeFolder: string): Promise<void> {
  const file = ownPack(storeFolder);
  try {
    await flushPack(storeFolder);
  } finally {
    flushed.delete(file);
    const pack = openPacks.get(file);
    if (pack !== undefined) close(file, pack);
  }
}
