import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import envPaths from "env-paths";

/** The folder of the installed package: holds package.json, configs/, kernels/, assets/. */
export const packageRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The version in package.json. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(path.join(packageRoot, "package.json"), "utf8")) as {
    version: string;
  };
  return manifest.version;
}

/**
 * The user's cache folder for prune-lab (compiled kernels, downloaded engines):
 * `PRUNE_LAB_CACHE`, or the platform's own place, such as ~/.cache/prune-lab.
 */
export function cacheFolder(): string {
  return process.env.PRUNE_LAB_CACHE || envPaths("prune-lab", { suffix: "" }).cache;
}
