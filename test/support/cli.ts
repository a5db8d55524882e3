import { execFile } from "node:child_process";
import path from "node:path";
import { packageRoot } from "../../src/foundations/paths.ts";

export const BINARY = path.join(packageRoot, "bin", "prune-lab.js");

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real binary (or the `binary` of a copy) to its end. Colors are off unless `env` forces them. */
export function runCli(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly binary?: string | undefined;
  },
): Promise<CliResult> {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [options.binary ?? BINARY, ...args],
      { cwd: options.cwd, env: { ...inherited, ...options.env }, maxBuffer: 1 << 26 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
