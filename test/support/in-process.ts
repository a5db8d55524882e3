import chalk from "chalk";
import { vi } from "vitest";
import { runProgram } from "../../src/commands/run-program.ts";
import type { CliResult } from "./cli.ts";

interface Place {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Working folder, environment and streams are the whole process's: a call waits for the one before. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a command line in this process, which spares the start of another: for what commands print and write. How the program
 * starts and ends, its streams, signals and colors are tested with the real binary (`runCli`).
 */
export function runInProcess(args: readonly string[], place: Place): Promise<CliResult> {
  const ending = last.then(() => run(args, place));
  last = ending.catch(() => {});
  return ending;
}

async function run(args: readonly string[], { cwd, env = {} }: Place): Promise<CliResult> {
  const before = { cwd: process.cwd(), env: { ...process.env }, level: chalk.level };
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  try {
    process.chdir(cwd);
    Object.assign(process.env, env);
    chalk.level = 0;
    const thrown = await runProgram(args);
    return { code: Number(thrown ?? process.exitCode ?? 0), stdout: stdout.end(), stderr: stderr.end() };
  } finally {
    for (const stream of [stdout, stderr]) stream.end();
    process.exitCode = undefined;
    process.chdir(before.cwd);
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before.env);
    chalk.level = before.level;
  }
}

/** Keeps what is written to a stream, until `end` gives it. */
function capture(stream: NodeJS.WriteStream) {
  const chunks: Buffer[] = [];
  const write = vi.spyOn(stream, "write").mockImplementation((chunk: string | Uint8Array) => {
    chunks.push(Buffer.from(chunk as string));
    return true;
  });
  return {
    end: () => {
      write.mockRestore();
      return Buffer.concat(chunks).toString();
    },
  };
}
