import { existsSync } from "node:fs";
import path from "node:path";
import { PruneLabError } from "../../foundations/errors.ts";
import { lookForInstallation } from "./installation.ts";

/** What TensorFlow 2.21 loads when it finds a driver; without one of them it uses the CPU. */
export const CUDA_LIBRARIES: readonly string[] = [
  "libcudart.so.12",
  "libcublas.so.12",
  "libcublasLt.so.12",
  "libcufft.so.11",
  "libcusolver.so.11",
  "libcusparse.so.12",
  "libcudnn.so.9",
];

/** Where the system's own packages put them. */
const SYSTEM_FOLDERS = ["/usr/local/cuda/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib64"];

export interface CudaLibrary {
  readonly name: string;
  /** Where it was found; null when it was not. */
  readonly folder: string | null;
}

/** The CUDA libraries that TensorFlow needs, looked for where the engine's process would. */
export function findCudaLibraries(): CudaLibrary[] {
  const installation = lookForInstallation();
  const own = installation instanceof PruneLabError ? [] : (installation?.libraryFolders ?? []);
  const named = (process.env.LD_LIBRARY_PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const folders = [...own, ...named, ...SYSTEM_FOLDERS];
  return CUDA_LIBRARIES.map((name) => ({
    name,
    folder: folders.find((folder) => existsSync(path.join(folder, name))) ?? null,
  }));
}
