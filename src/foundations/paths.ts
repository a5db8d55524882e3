import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import envPaths from "env-paths";

/**
 * The folder of the installed package: holds package.json, configs/, kernels/, assets/. Two folders above this file as
 * source, and above dist/bundle/, of which it becomes a part.
 */
export const packageRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * The built file that a thread or a process begins with: scripts/bundle.mjs has their names. Also when the caller is a
 * test that runs from source.
 */
export function bundledFile(name: "worker" | "picture-process" | "tensorflow-host"): string {
  return path.join(packageRoot, "dist", "bundle", `${name}.js`);
}

/** The version in package.json. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(path.join(packageRoot, "package.json"), "utf8")) as {
    version: string;
  };
  return manifest.version;
}

/**
 * The user's cache folder for prune-lab (compiled kernels, downloaded engines), an absolute path: `PRUNE_LAB_CACHE`, or
 * the platform's own place, such as ~/.cache/prune-lab. Never below the working folder unless the user says so: an
 * XDG_CACHE_HOME that is not absolute is ignored, as its specification asks, and so is a HOME.
 */
export function cacheFolder(): string {
  const named = process.env.PRUNE_LAB_CACHE;
  if (named) return path.resolve(named);
  const { cache } = envPaths("prune-lab", { suffix: "" });
  if (path.isAbsolute(cache)) return cache;
  const home = homeFolder();
  return home === undefined ? temporaryCacheFolder() : path.join(home, ".cache", "prune-lab");
}

/** Of this user alone, where the cache folder cannot be used. */
export function temporaryCacheFolder(): string {
  return path.resolve(os.tmpdir(), `prune-lab-${process.getuid?.() ?? "cache"}`);
}

/** Undefined for a user without one. */
function homeFolder(): string | undefined {
  try {
    return [os.homedir(), os.userInfo().homedir].find((folder) => path.isAbsolute(folder));
  } catch {
    // A user that the system does not know, as in some containers.
    return undefined;
  }
}
