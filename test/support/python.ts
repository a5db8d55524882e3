import { execFileSync } from "node:child_process";

/**
 * A Python that has these modules, or undefined: $PRUNE_LAB_PYTHON, $PRUNE_LAB_ONNX_PYTHON, the first on the path, the
 * system's own.
 */
export function pythonWith(module: string): string | undefined {
  const candidates = [
    process.env.PRUNE_LAB_PYTHON,
    process.env.PRUNE_LAB_ONNX_PYTHON,
    "python3",
    "/usr/bin/python3",
  ].filter((candidate) => candidate !== undefined);
  return candidates.find((python) => {
    try {
      execFileSync(python, ["-c", `import ${module}`], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}
