import { stat } from "node:fs/promises";
import path from "node:path";
import { inputError } from "../foundations/errors.ts";
import { findIdxFiles } from "./idx-files.ts";

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
    throw inputError(`${origin} is '${folders[0]}', which is not a folder.`);
  }
  return folders;
}

/**
 * Where a dataset of four IDX files lives in a data folder: in a subfolder of its own name, or right there when
 * the folder itself bears the name or holds such files.
 */
export async function datasetFolder(dataFolder: string, name: string): Promise<string> {
  const subfolder = path.join(dataFolder, name);
  if (await holdsIdxFiles(subfolder)) return subfolder;
  if (await holdsIdxFiles(dataFolder)) return dataFolder;
  return path.basename(path.resolve(dataFolder)) === name ? dataFolder : subfolder;
}

export async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

async function holdsIdxFiles(folder: string): Promise<boolean> {
  return Object.keys(await findIdxFiles(folder)).length > 0;
}
