import { mkdir } from "node:fs/promises";
import path from "node:path";
import { failure } from "../../../foundations/errors.ts";
import { runTool, ToolFailure } from "./tools.ts";

/** The version of Node's C interface: every Node that prune-lab runs on has it. */
const NODE_API = 8;

/**
 * Compiles the package's binding against the libraries in its `deps`, to where the package looks for it. Throws a
 * PruneLabError of kind `failure` with the compiler's first error.
 */
export async function compileBinding(
  compiler: string,
  packageFolder: string,
  headers: string,
  signal: AbortSignal,
): Promise<void> {
  const folder = path.join(packageFolder, "lib", `napi-v${NODE_API}`);
  await mkdir(folder, { recursive: true });
  const args = [
    ...["-O2", "-std=c++17", "-fPIC", "-shared", `-DNAPI_VERSION=${NODE_API}`],
    ...[`-I${headers}`, "-I.", "-Ideps/include"],
    ...["binding/tfjs_backend.cc", "binding/tfjs_binding.cc"],
    ...["-o", path.join(folder, "tfjs_binding.node")],
    ...["-Ldeps/lib", "-ltensorflow", "-ltensorflow_framework", "-Wl,-rpath,$ORIGIN/../../deps/lib"],
  ];
  try {
    await runTool(compiler, args, { cwd: packageFolder, signal });
  } catch (error) {
    if (!(error instanceof ToolFailure) || /no space left/i.test(error.stderr)) throw error;
    const first = error.stderr.split("\n").find((line) => line.includes("error")) ?? error.message;
    throw failure(`${compiler} could not compile the binding: ${first.trim()}`, {
      hint: "Set CXX to a compiler that knows C++17, such as g++ 9 or clang++ 9 or newer.",
      cause: error,
    });
  }
}
