import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { inputError, systemErrorCode } from "../foundations/errors.ts";
import { nameProblem } from "../foundations/names.ts";
import { quote } from "../foundations/quote.ts";
import { bare } from "../foundations/suggest.ts";
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
 * Where a dataset's files lie in a data folder: in a subfolder of its own name, as torchvision lays them (`MNIST/raw`,
 * `FashionMNIST/raw`), or right there when the folder itself bears the name or has a file with one of these names.
 */
export async function datasetFolder(
  dataFolder: string,
  name: string,
  fileNames: readonly string[],
): Promise<string> {
  const subfolder = path.join(dataFolder, name);
  if ((await findFile(subfolder, fileNames)) !== undefined) return subfolder;
  for (const other of await foldersNamed(dataFolder, name)) {
    for (const folder of [path.join(other, "raw"), other]) {
      if ((await findFile(folder, fileNames)) !== undefined) return folder;
    }
  }
  if ((await findFile(dataFolder, fileNames)) !== undefined) return dataFolder;
  return path.basename(path.resolve(dataFolder)) === name ? dataFolder : subfolder;
}

/** The folder itself and those in it whose names are a dataset's but for case and hyphens: `FashionMNIST`. */
async function foldersNamed(dataFolder: string, name: string): Promise<string[]> {
  const entries = await readdir(dataFolder).catch(() => []);
  const candidates = [dataFolder, ...entries.sort().map((entry) => path.join(dataFolder, entry))];
  return candidates.filter((folder) => bare(path.basename(path.resolve(folder))) === bare(name));
}

/**
 * What the user's own data is called in results: `label`, or the name of its file or folder. Throws a PruneLabError of
 * kind `input` when that cannot stand there.
 */
export function ownName(label: string | null, name: string, what: "file" | "folder"): string {
  const problem = label === null ? nameProblem(name) : undefined;
  if (problem === undefined) return label ?? name;
  throw inputError(`The ${what}'s name ${quote(name)} cannot stand in results (${problem}).`, {
    hint: "Set dataset.label",
  });
}

/** The first of the names that is a file in the folder, as a path. */
export async function findFile(folder: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const file = path.join(folder, name);
    if (await isFile(file)) return file;
  }
  return undefined;
}

/**
 * What `dataset.path` or another option names: in one of the data folders, else from the working folder. Throws a
 * PruneLabError of kind `input` that names the option where it is nowhere.
 */
export async function findNamed(
  wanted: string,
  {
    option,
    what,
    dataDir,
    published,
    hint = `${published === undefined ? "" : `Get it with: prune-lab data fetch ${published}\n`}--set ${option}=PATH names another ${what}: its whole path, or one in a data folder or from the working folder.`,
  }: {
    option: string;
    what: "file" | "folder";
    dataDir: string | undefined;
    /** What `data fetch` calls it, if it is one that was published. */
    published?: string | undefined;
    hint?: string | undefined;
  },
): Promise<string> {
  const folders = path.isAbsolute(wanted) ? [] : await existingDataFolders(dataDir);
  const candidates = [...folders.map((folder) => path.join(folder, wanted)), path.normalize(wanted)];
  const isThere = what === "file" ? isFile : isFolder;
  for (const candidate of candidates) if (await isThere(candidate)) return candidate;
  throw inputError(`${option}: there is no ${what} ${candidates.join(" or ")}.`, { hint });
}

export async function isFile(file: string): Promise<boolean> {
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
