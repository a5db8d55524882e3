import { failure, type PruneLabError, systemErrorCode } from "./errors.ts";

/**
 * The error for a process that may not have the memory, the threads or the open files that it asks for, in words;
 * undefined for any other error. Ends with exit code 3: what was computed is stored, and can be continued.
 */
export function outOfResources(error: unknown): PruneLabError | undefined {
  const code = systemErrorCode(error);
  if (code === "EMFILE" || code === "ENFILE") {
    return failure("Too many files are open: the system allows this process no more.", {
      hint: "Allow more (ulimit -n 1024), or use fewer --workers; then run the same command to continue.",
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : "";
  if (/WebAssembly.*(memory|allocat)/is.test(message)) {
    return failure(
      "The system refuses the memory that WebAssembly asks for, which draws charts and runs kernels-wasm.",
      {
        hint: "It reserves 10 GiB of addresses, and uses little of them: lift the limit (ulimit -v unlimited), or set NODE_OPTIONS=--disable-wasm-trap-handler; then run the same command to continue.",
        cause: error,
      },
    );
  }
  if (
    (code !== undefined && MEMORY_CODES.includes(code)) ||
    (error instanceof RangeError && OF_MEMORY.test(message))
  ) {
    return failure("The system refuses more memory or threads.", {
      hint: "Use fewer --workers, or lift the limits of this process (ulimit -a shows them); then run the same command to continue.",
      cause: error,
    });
  }
  return undefined;
}

const MEMORY_CODES = [
  "ENOMEM",
  "EAGAIN",
  "ERR_WORKER_OUT_OF_MEMORY",
  "ERR_WORKER_INIT_FAILED",
  "ERR_MEMORY_ALLOCATION_FAILED",
];

const OF_MEMORY = /out of memory|allocation failed|could not allocate/i;
