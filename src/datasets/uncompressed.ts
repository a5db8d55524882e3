import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { inputError, systemErrorCode } from "../foundations/errors.ts";

/** Bytes that are unpacked at a time. With Node's own 16 KiB, putting them together takes as long as unpacking. */
const CHUNK = 2 ** 18;

/** Deflate makes at most so many bytes of one (https://zlib.net/zlib_tech.html). */
const MOST_EXPANSION = 1032;

/** The most bytes that a file may unpack to: a training set is held in memory. */
export const MOST_BYTES = 2 ** 31;

/** How many bytes a file must have, which its own first bytes tell. */
export interface SizedHeader {
  readonly bytes: number;
  /** The size of the whole, uncompressed, by its first `bytes` bytes. Throws when they are no such header. */
  sizeOf(head: Uint8Array): number;
}

/**
 * The uncompressed bytes of a plain or gzip file, as many as its header allows and at most one more, which then shows
 * that there are too many: a small file that would unpack to gigabytes takes no memory. Fewer come of a truncated file.
 */
export async function readUncompressed(file: string, header: SizedHeader): Promise<Uint8Array> {
  let bytes = new Uint8Array(header.bytes);
  let filled = 0;
  let size: number | undefined;
  for await (const chunk of uncompressedChunks(file)) {
    let taken = 0;
    while (taken < chunk.length && filled < bytes.length) {
      const count = Math.min(chunk.length - taken, bytes.length - filled);
      bytes.set(chunk.subarray(taken, taken + count), filled);
      filled += count;
      taken += count;
      if (filled < header.bytes || size !== undefined) continue;
      size = checkSize(header.sizeOf(bytes), file);
      const room = new Uint8Array(Math.max(header.bytes, Math.min(size + 1, await mostBytesOf(file))));
      room.set(bytes);
      bytes = room;
    }
    if (filled === bytes.length) break;
  }
  return bytes.subarray(0, filled);
}

function checkSize(size: number, file: string): number {
  if (size <= MOST_BYTES) return size;
  throw inputError(
    `${file} is too large: its header says ${size} bytes, and at most ${MOST_BYTES} are read.`,
  );
}

/** What a file of this size can hold, compressed as well as possible, and one byte more. */
async function mostBytesOf(file: string): Promise<number> {
  return (await stat(file)).size * MOST_EXPANSION + 1;
}

/** All uncompressed bytes of a plain or gzip file. Throws a PruneLabError of kind `input` when there are more than `most`. */
export async function readWhole(file: string, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of uncompressedChunks(file)) {
    bytes += chunk.length;
    if (bytes > most) throw inputError(`${file} is too large: at most ${most} bytes are read, uncompressed.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

/**
 * The uncompressed bytes of a plain or gzip file, piece by piece. Which it is, its first bytes say, not its name.
 * Throws a PruneLabError of kind `input` for a file that cannot be read or is damaged.
 */
export async function* uncompressedChunks(file: string): AsyncGenerator<Uint8Array> {
  try {
    const gzip = await isGzip(file);
    const source = createReadStream(file, { highWaterMark: CHUNK });
    const gunzip = gzip ? createGunzip({ chunkSize: CHUNK }) : undefined;
    if (gunzip !== undefined) {
      source.on("error", (error) => gunzip.destroy(error));
      source.pipe(gunzip);
    }
    try {
      yield* gunzip ?? source;
    } finally {
      gunzip?.destroy();
      source.destroy();
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw systemErrorCode(error)?.startsWith("Z_")
      ? inputError(`${file} is a damaged or incomplete gzip file: ${message}.`, { cause: error })
      : inputError(`Cannot read ${file}: ${message}.`, { cause: error });
  }
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}
