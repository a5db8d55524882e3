import { availableParallelism } from "node:os";
import path from "node:path";

/** Threads that one op is spread over: TF_NUM_INTRAOP_THREADS, or one a core. */
export function threadCount(environment: NodeJS.ProcessEnv): string {
  return environment.TF_NUM_INTRAOP_THREADS || String(availableParallelism());
}

/** The environment that TensorFlow reads its settings from as it is loaded. */
export function hostEnvironment(
  environment: NodeJS.ProcessEnv,
  libraryFolders: readonly string[],
): NodeJS.ProcessEnv {
  const folders = [...libraryFolders, environment.LD_LIBRARY_PATH ?? ""].filter((folder) => folder !== "");
  return {
    // What the user says holds for these three.
    TF_NUM_INTEROP_THREADS: "1",
    TF_FORCE_GPU_ALLOW_GROWTH: "true",
    // Only so does the log say which library cannot be loaded, and why.
    TF_CPP_VMODULE: "dso_loader=1",
    ...environment,
    TF_NUM_INTRAOP_THREADS: threadCount(environment),
    // Same inputs, same bits.
    TF_DETERMINISTIC_OPS: "1",
    TF_CUDNN_DETERMINISTIC: "1",
    TF_CUDNN_USE_AUTOTUNE: "0",
    CUBLAS_WORKSPACE_CONFIG: ":4096:8",
    // Products in float32, not in TensorFloat-32, so that the numbers agree with the other engines'.
    NVIDIA_TF32_OVERRIDE: "0",
    // Everything: the log is kept aside and says why a GPU is not used.
    TF_CPP_MIN_LOG_LEVEL: "0",
    ...(folders.length > 0 && { LD_LIBRARY_PATH: folders.join(path.delimiter) }),
  };
}
