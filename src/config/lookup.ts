import { readdirSync, type Stats, statSync } from "node:fs";
import path from "node:path";
import { inputError } from "../foundations/errors.ts";
import { packageRoot } from "../foundations/paths.ts";
import { quote } from "../foundations/quote.ts";
import { didYouMean } from "../foundations/suggest.ts";
import { isOriginFile } from "../recording/origin.ts";

export interface AvailableConfig {
  /** What `--config` takes. */
  readonly name: string;
  readonly file: string;
}

/** The config in a results folder. */
const RECORDED = "config.yaml";

const EXTENSIONS = [".yaml", ".yml"];

/** Where a config's name is looked up, in this order. */
function searchFolders(workingFolder: string): string[] {
  const shipped = path.join(packageRoot, "configs");
  return [
    workingFolder,
    path.join(workingFolder, "configs"),
    shipped,
    path.join(shipped, "studies"),
    path.join(shipped, "papers"),
  ];
}

/**
 * The file of a config: a path as given, or a name (with or without .yaml) in the working folder, its configs/,
 * or the configs shipped with the package. Throws an input error with the configs that there are.
 */
export function findConfig(nameOrPath: string, workingFolder: string): string {
  const given = path.resolve(workingFolder, nameOrPath);
  const folders = leadsOutside(nameOrPath) ? [workingFolder] : searchFolders(workingFolder);
  for (const folder of folders) {
    const base = path.resolve(folder, nameOrPath);
    const found = [base, ...EXTENSIONS.map((extension) => base + extension)].find(isFile);
    if (found !== undefined) return found;
  }
  const available = listConfigs(workingFolder).map((config) => config.name);
  const wanted = path.basename(nameOrPath).replace(/\.ya?ml$/i, "");
  const problem = isFolder(given)
    ? `${quote(nameOrPath)} is a folder, not a config file`
    : `no config ${quote(nameOrPath)}`;
  throw inputError(`${problem}.${didYouMean(wanted, available)} Configs here: ${available.join(", ")}.`, {
    hint: isFile(path.join(given, RECORDED))
      ? `For the config of these results: --config ${path.join(nameOrPath, RECORDED)}`
      : "Write a starter config: prune-lab init",
  });
}

/** The configs that can be given by name: those in configs/ of the working folder, then the shipped ones. */
export function listConfigs(workingFolder: string): AvailableConfig[] {
  const found = new Map<string, AvailableConfig>();
  for (const folder of searchFolders(workingFolder).slice(1)) {
    for (const entry of yamlFilesIn(folder)) {
      const name = path.parse(entry).name;
      if (!found.has(name)) found.set(name, { name, file: path.join(folder, entry) });
    }
  }
  return [...found.values()];
}

/** A file as the user would type it: relative when it lies below the working folder. */
export function displayedPath(file: string, workingFolder: string): string {
  const relative = path.relative(workingFolder, file);
  return leadsOutside(relative) ? file : relative;
}

function leadsOutside(nameOrPath: string): boolean {
  return path.isAbsolute(nameOrPath) || path.normalize(nameOrPath).startsWith("..");
}

function yamlFilesIn(folder: string): string[] {
  if (!isFolder(folder)) return [];
  return readdirSync(folder)
    .filter((entry) => EXTENSIONS.includes(path.extname(entry)) && !isOriginFile(entry))
    .sort();
}

function isFile(file: string): boolean {
  return statOf(file)?.isFile() ?? false;
}

function isFolder(file: string): boolean {
  return statOf(file)?.isDirectory() ?? false;
}

/** Undefined also for what can be no path at all: a name that is too long, a folder that may not be read. */
function statOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
