import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { inputError } from "../foundations/errors.ts";

/** Bytes that are unpacked at a time. With Node's own 16 KiB, putting them together takes as long as unpacking. */
const GUNZIP_CHUNK = 2 ** 18;

/** The uncompressed bytes of a plain or gzip file. Which it is, its first bytes say, not its name. */
export async function readUncompressed(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw inputError(`Cannot read ${file}: ${messageOf(error)}.`, { cause: error });
  });
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  return promisify(gunzip)(bytes, { chunkSize: GUNZIP_CHUNK }).catch((error: unknown) => {
    throw inputError(`${file} is a damaged or incomplete gzip file: ${messageOf(error)}.`, { cause: error });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
