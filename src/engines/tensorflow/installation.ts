import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { inputError, PruneLabError } from "../../foundations/errors.ts";
import { cacheFolder, packageRoot } from "../../foundations/paths.ts";
import { quote } from "../../foundations/quote.ts";
import { whoElseCanChange } from "../../foundations/trust.ts";

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

/** Names a folder of the package that the user installed. */
export const PACKAGE_VARIABLE = "PRUNE_LAB_TENSORFLOW";

/**
 * The user's own package if there is one with a binding, or what `setup tensorflow` installed, or undefined. Nothing
 * is looked for in the working folder: it may be somebody else's, and to load a package is to run it.
 *
 * Throws a PruneLabError of kind `input` when the folder that PRUNE_LAB_TENSORFLOW names has no such package, and when
 * somebody else could have changed what would be loaded.
 */
export function findInstallation(): Installation | undefined {
  return userInstallation() ?? setupInstallation();
}

/** The same, with the error as a value: for those who go on without. */
export function lookForInstallation(): Installation | PruneLabError | undefined {
  try {
    return findInstallation();
  } catch (error) {
    if (error instanceof PruneLabError) return error;
    throw error;
  }
}

/** The package that PRUNE_LAB_TENSORFLOW names, or that stands beside prune-lab's own dependencies. Throws as above. */
export function userInstallation(): Installation | undefined {
  const named = process.env[PACKAGE_VARIABLE];
  const packageFolder = named ? path.resolve(named) : packageBesidePruneLab();
  if (packageFolder === undefined) return undefined;
  const own = { packageFolder, libraryFolders: [], variant: undefined };
  if (hasBinding(packageFolder)) return safeToLoad(own);
  if (!named) return undefined;
  throw inputError(
    `${PACKAGE_VARIABLE} is ${quote(named)}, which holds no ${PACKAGE} with a compiled binding.`,
    {
      hint: "Unset it, and run: prune-lab setup tensorflow",
    },
  );
}

function packageBesidePruneLab(): string | undefined {
  try {
    const require = createRequire(path.join(packageRoot, "package.json"));
    return path.dirname(require.resolve(`${PACKAGE}/package.json`));
  } catch {
    return undefined;
  }
}

/** Throws where others could have put their own code in the place of the package. */
function safeToLoad(installation: Installation): Installation {
  const problem = whoElseCanChange(installation.packageFolder);
  if (problem === undefined) return installation;
  throw inputError(`The engine tensorflow is not loaded from ${installation.packageFolder}: ${problem}.`, {
    hint: "Take the right to write there from others (chmod go-w), or name another cache folder with PRUNE_LAB_CACHE",
  });
}

/** What `setup tensorflow` installed, or undefined. Throws as above. */
function setupInstallation(): Installation | undefined {
  const record = readRecord(setupFolder());
  return record === undefined ? undefined : safeToLoad(installationIn(setupFolder(), record.variant));
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
