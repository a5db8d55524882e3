import { symlink } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "../../../foundations/paths.ts";
import { runTool } from "./tools.ts";
import type { Wheel } from "./wheels.ts";

const EXTRACT = path.join(packageRoot, "assets", "tensorflow", "extract.py");

/** The headers that the binding includes, with all that they include: the wheel has a hundred times more. */
const HEADERS = ["tensorflow/c/", "tensorflow/core/platform/", "tsl/platform/", "xla/tsl/c/"];
const LIBRARIES = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];

/** Unpacks what is used of a wheel into the package's folder `deps`. */
export async function unpackWheel(
  python: string,
  wheel: Wheel,
  file: string,
  deps: string,
  signal: AbortSignal,
): Promise<void> {
  const parts = wheel.name.startsWith("nvidia-")
    ? [`nvidia/=nvidia/`]
    : [
        ...LIBRARIES.map((name) => `tensorflow/${name}=lib/${name}`),
        ...HEADERS.map((folder) => `tensorflow/include/${folder}=include/${folder}`),
      ];
  await runTool(python, [EXTRACT, file, deps, ...parts], { signal });
}

/** The names under which the linker looks for the libraries. */
export async function linkLibraries(deps: string): Promise<void> {
  await symlink("libtensorflow_cc.so.2", path.join(deps, "lib", "libtensorflow.so"));
  await symlink("libtensorflow_framework.so.2", path.join(deps, "lib", "libtensorflow_framework.so"));
}
