import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { systemErrorCode } from "../../foundations/errors.ts";
import { readError } from "../../foundations/system-errors.ts";
import { type FoundLine, findLines, parsePackLine } from "./pack-line.ts";
import { ownPack, PACKS_FOLDER } from "./pack-writer.ts";

/** Bytes that are read at once. */
const CHUNK = 8 * 2 ** 20;

interface Place {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** Where a store's packs have what. Packs only grow, so that what was read once is not read again. */
export class PackIndex {
  readonly #storeFolder: string;
  /** By file: up to where it has been read. */
  readonly #read = new Map<string, number>();
  readonly #runs = new Map<string, Place>();
  readonly #values = new Map<string, Place>();
  /** Shared values that have been read once, and the last of them. */
  readonly #intact = new Set<string>();
  #last: { readonly id: string; readonly value: unknown } | undefined;
  /** Of what is there several times, the others: one may be damaged. */
  readonly #more = new Map<string, Place[]>();

  constructor(storeFolder: string) {
    this.#storeFolder = storeFolder;
  }

  /** What a pack holds of a run, or of a shared value; undefined when none does that is as it was written. */
  run(id: string): unknown {
    return this.#parsed(this.#runs.get(id), id);
  }

  value(id: string): unknown {
    if (this.#last?.id === id) return this.#last.value;
    const value = this.#parsed(this.#values.get(id), id);
    if (value !== undefined) this.#intact.add(id);
    this.#last = { id, value };
    return value;
  }

  hasValue(id: string): boolean {
    return this.#intact.has(id) || this.value(id) !== undefined;
  }

  /** Looks into the packs of all processes for what they have got since. */
  async refresh(): Promise<void> {
    for (const file of this.#files()) {
      while (this.#readOn(file)) await setImmediate();
    }
  }

  /** Looks for what this process has stored since. */
  refreshOwn(): void {
    while (this.#readOn(ownPack(this.#storeFolder)));
  }

  #files(): string[] {
    const folder = path.join(this.#storeFolder, PACKS_FOLDER);
    try {
      return readdirSync(folder)
        .filter((name) => name.endsWith(".pack"))
        .map((name) => path.join(folder, name));
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT" || systemErrorCode(error) === "ENOTDIR") return [];
      throw readError(error, folder);
    }
  }

  /** Takes in one more chunk of a pack; whether there may be another. */
  #readOn(file: string): boolean | undefined {
    const start = this.#read.get(file) ?? 0;
    return withFile(file, (descriptor) => {
      const { size } = fstatSync(descriptor);
      if (size <= start) return false;
      let chunk = CHUNK;
      let found = findLines(bytesAt(descriptor, start, Math.min(chunk, size - start)));
      // A line that is longer than a chunk.
      while (found.end === 0 && start + chunk < size) {
        chunk *= 2;
        found = findLines(bytesAt(descriptor, start, Math.min(chunk, size - start)));
      }
      const { lines, end } = found;
      for (const line of lines) this.#add(line, { file, offset: start + line.offset, length: line.length });
      this.#read.set(file, start + end);
      return end > 0 && start + end < size;
    });
  }

  #add({ kind, id }: FoundLine, place: Place): void {
    const places = kind === "run1" ? this.#runs : this.#values;
    if (!places.has(id)) places.set(id, place);
    else this.#more.set(id, [...(this.#more.get(id) ?? []), place]);
  }

  #parsed(first: Place | undefined, id: string): unknown {
    if (first === undefined) return undefined;
    for (const { file, offset, length } of [first, ...(this.#more.get(id) ?? [])]) {
      const line = withFile(file, (descriptor) => bytesAt(descriptor, offset, length));
      const parsed = line && parsePackLine(line);
      if (parsed !== undefined) return parsed;
    }
    return undefined;
  }
}

/** Undefined when there is no such file. */
function withFile<T>(file: string, read: (descriptor: number) => T): T | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, "r");
    return read(descriptor);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT" || systemErrorCode(error) === "ENOTDIR") return undefined;
    throw readError(error, file);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function bytesAt(descriptor: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(descriptor, bytes, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
