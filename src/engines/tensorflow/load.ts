import { createRequire } from "node:module";
import util from "node:util";
import { Runtime, type TensorFlowModule } from "./runtime.ts";

/** Loads the package that lies in a folder, TensorFlow with it. Throws what loading it throws. */
export function loadRuntime(packageFolder: string): Runtime {
  restoreUtilFunctions();
  return new Runtime(createRequire(import.meta.url)(packageFolder) as TensorFlowModule);
}

/** tfjs-node calls two functions that Node 23 took away. */
function restoreUtilFunctions(): void {
  const functions = util as unknown as Record<string, unknown>;
  functions.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  functions.isArray ??= Array.isArray;
}
