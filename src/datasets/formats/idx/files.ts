import { sha256 } from "../../../foundations/hash.ts";
import { findFile } from "../../data-folder.ts";
import { readUncompressed } from "../../uncompressed.ts";
import { type IdxArray, idxHeader, parseIdx } from "./array.ts";

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

/** What each of the four files is called, without `.gz`. */
export type IdxNaming = (role: IdxRole) => string;

/** The name MNIST's own page gave it, such as train-images-idx3-ubyte. */
export function standardName(role: IdxRole): string {
  return `${role}-idx${idxRoles[role]}-ubyte`;
}

/** The names a file goes by, the first found being used: as published, and as some archives unpack it. */
export function spellings(role: IdxRole): string[] {
  const dotted = `${role}.idx${idxRoles[role]}-ubyte`;
  return [standardName(role), `${standardName(role)}.gz`, dotted, `${dotted}.gz`];
}

/** Those of the four files that are in a folder, under any of their names; none when there is no such folder. */
export async function findIdxFiles(
  folder: string,
  namesOf: (role: IdxRole) => readonly string[] = spellings,
): Promise<Partial<IdxFiles>> {
  const found: Partial<Record<IdxRole, string>> = {};
  for (const role of idxRoleNames) {
    const file = await findFile(folder, namesOf(role));
    if (file !== undefined) found[role] = file;
  }
  return found;
}

/** The files' absent roles, by their names. */
export function missingFiles(files: Partial<IdxFiles>, naming: IdxNaming = standardName): string[] {
  return idxRoleNames.filter((role) => files[role] === undefined).map(naming);
}

export function isComplete(files: Partial<IdxFiles>): files is IdxFiles {
  return missingFiles(files).length === 0;
}

/** Reads one of the four files; `sha256` is that of its uncompressed bytes. */
export async function readIdxFile(file: string, role: IdxRole): Promise<IdxArray & { sha256: string }> {
  const bytes = await readUncompressed(file, idxHeader(file, idxRoles[role]));
  return { ...parseIdx(bytes, file, idxRoles[role]), sha256: sha256(bytes) };
}
