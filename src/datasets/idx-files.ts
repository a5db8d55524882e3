import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { inputError } from "../foundations/errors.ts";
import { sha256 } from "../foundations/hash.ts";
import { type IdxArray, parseIdx } from "./idx-format.ts";

/** The four files of a dataset in MNIST's layout, with the number of dimensions of each. */
export const idxRoles = {
  "train-images": 3,
  "train-labels": 1,
  "t10k-images": 3,
  "t10k-labels": 1,
} as const;

export type IdxRole = keyof typeof idxRoles;
export const idxRoleNames = Object.keys(idxRoles) as IdxRole[];

/** Where each of the four files is. */
export type IdxFiles = Readonly<Record<IdxRole, string>>;

/** The name MNIST's own page gave it, such as train-images-idx3-ubyte. */
export function standardName(role: IdxRole): string {
  return `${role}-idx${idxRoles[role]}-ubyte`;
}

/** The names a file goes by, the first found being used: as published, and as some archives unpack it. */
export function spellings(role: IdxRole): string[] {
  const dotted = `${role}.idx${idxRoles[role]}-ubyte`;
  return [standardName(role), `${standardName(role)}.gz`, dotted, `${dotted}.gz`];
}

/** Those of the four files that are in a folder; none when there is no such folder. */
export async function findIdxFiles(folder: string): Promise<Partial<IdxFiles>> {
  const found: Partial<Record<IdxRole, string>> = {};
  for (const role of idxRoleNames) {
    for (const name of spellings(role)) {
      const file = path.join(folder, name);
      if (found[role] === undefined && (await isFile(file))) found[role] = file;
    }
  }
  return found;
}

/** The files' absent roles, by their standard names. */
export function missingFiles(files: Partial<IdxFiles>): string[] {
  return idxRoleNames.filter((role) => files[role] === undefined).map(standardName);
}

export function isComplete(files: Partial<IdxFiles>): files is IdxFiles {
  return missingFiles(files).length === 0;
}

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

/** Reads one of the four files; `sha256` is that of its uncompressed bytes. */
export async function readIdxFile(file: string, role: IdxRole): Promise<IdxArray & { sha256: string }> {
  const bytes = await readUncompressed(file);
  return { ...parseIdx(bytes, file, idxRoles[role]), sha256: sha256(bytes) };
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (entry) => entry.isFile(),
    () => false,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
