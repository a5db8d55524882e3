import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { cacheFolder, packageRoot } from "../../foundations/paths.ts";

export const PACKAGE = "@tensorflow/tfjs-node-gpu";

export type Variant = "cpu" | "cuda";

/** A package with a compiled binding, ready to be loaded. */
export interface Installation {
  readonly packageFolder: string;
  /** Folders of the CUDA libraries that come with it. */
  readonly libraryFolders: readonly string[];
  /** What `setup tensorflow` installed; undefined for a package that the user installed. */
  readonly variant: Variant | undefined;
}

/** Where `setup tensorflow` puts everything; there completely or not at all. */
export function setupFolder(): string {
  return path.join(cacheFolder(), "tensorflow");
}

/** The user's own package if it resolves and has a binding, or what `setup tensorflow` installed, or undefined. */
export function findInstallation(): Installation | undefined {
  return userInstallation() ?? setupInstallation();
}

/** A package that the user installed and that has a compiled binding, or undefined. */
export function userInstallation(): Installation | undefined {
  for (const folder of [process.cwd(), packageRoot]) {
    try {
      const require = createRequire(path.join(folder, "package.json"));
      const packageFolder = path.dirname(require.resolve(`${PACKAGE}/package.json`));
      if (hasBinding(packageFolder)) return { packageFolder, libraryFolders: [], variant: undefined };
    } catch {
      // Does not resolve from there.
    }
  }
  return undefined;
}

/** What `setup tensorflow` installed, or undefined. */
function setupInstallation(): Installation | undefined {
  const record = readRecord(setupFolder());
  return record === undefined ? undefined : installationIn(setupFolder(), record.variant);
}

/** The installation in a folder that has the layout of `setup tensorflow`. */
export function installationIn(folder: string, variant: Variant): Installation {
  const packageFolder = path.join(folder, "node_modules", PACKAGE);
  return { packageFolder, libraryFolders: cudaFolders(packageFolder), variant };
}

/** Written last into what was installed; says what it is. */
export const RECORD_FILE = "setup.json";

export interface SetupRecord {
  readonly variant: Variant;
  /** Hash of everything that the set-up pins: another one means that it has to be done again. */
  readonly pins: string;
}

/** The record of an installation, or undefined when there is none. */
export function readRecord(folder: string): SetupRecord | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, RECORD_FILE), "utf8")) as SetupRecord;
  } catch {
    return undefined;
  }
}

function hasBinding(packageFolder: string): boolean {
  const folders = list(path.join(packageFolder, "lib"));
  return folders.some((name) => list(path.join(packageFolder, "lib", name)).includes("tfjs_binding.node"));
}

function cudaFolders(packageFolder: string): string[] {
  const folder = path.join(packageFolder, "deps", "nvidia");
  return list(folder).map((name) => path.join(folder, name, "lib"));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
