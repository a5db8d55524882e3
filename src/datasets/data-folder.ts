import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { inputError, systemErrorCode } from "../foundations/errors.ts";
import { quote } from "../foundations/quote.ts";
import { readError } from "../foundations/system-errors.ts";

/**
 * The folders that may hold datasets, in the order they are searched: `--data-dir` alone when it is given,
 * else PRUNE_LAB_DATA and `data` in the working folder. Downloads go to the first.
 */
export function dataFolders(dataDir: string | undefined): readonly [string, ...string[]] {
  if (dataDir !== undefined) return [dataDir];
  const fromEnvironment = process.env.PRUNE_LAB_DATA;
  return fromEnvironment ? [fromEnvironment, "data"] : ["data"];
}

/** The same, for reading: a folder that the user named must be there. */
export async function existingDataFolders(dataDir: string | undefined): Promise<readonly string[]> {
  const folders = dataFolders(dataDir);
  const origin =
    dataDir !== undefined ? "--data-dir" : process.env.PRUNE_LAB_DATA ? "PRUNE_LAB_DATA" : undefined;
  if (origin !== undefined && !(await isFolder(folders[0]))) {
    throw inputError(`${origin} is ${quote(folders[0])}, which is not a folder.`);
  }
  return folders;
}

/**
 * Where a dataset's files lie in a data folder: in a subfolder of its own name, or right there when the folder itself
 * bears the name or has a file with one of these names.
 */
export async function datasetFolder(
  dataFolder: string,
  name: string,
  fileNames: readonly string[],
): Promise<string> {
  const subfolder = path.join(dataFolder, name);
  if ((await findFile(subfolder, fileNames)) !== undefined) return subfolder;
  if ((await findFile(dataFolder, fileNames)) !== undefined) return dataFolder;
  return path.basename(path.resolve(dataFolder)) === name ? dataFolder : subfolder;
}

/** The first of the names that is a file in the folder, as a path. */
export async function findFile(folder: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const file = path.join(folder, name);
    if (await isFile(file)) return file;
  }
  return undefined;
}

async function isFile(file: string): Promise<boolean> {
  return (await entryAt(file))?.isFile() ?? false;
}

export async function isFolder(folder: string): Promise<boolean> {
  return (await entryAt(folder))?.isDirectory() ?? false;
}

/** Undefined when nothing is there; what is there and may not be seen is an error, lest other data be taken for it. */
async function entryAt(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw readError(error, file);
  }
}
