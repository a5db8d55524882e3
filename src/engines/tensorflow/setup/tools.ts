import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { inputError } from "../../../foundations/errors.ts";

const run = promisify(execFile);

/** Programs of the user's machine that the set-up needs. */
export interface Tools {
  /** A Python that has pip. */
  readonly python: string;
  /** A C++ compiler. */
  readonly compiler: string;
  readonly npm: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** A program that ran and failed, with what it wrote to stderr. */
export class ToolFailure extends Error {
  readonly stderr: string;

  constructor(program: string, stderr: string, cause: unknown) {
    super(`${program} failed: ${lastLine(stderr)}`, { cause });
    this.stderr = stderr;
  }
}

/** Runs a program, with its messages in English, and gives its stdout. Throws a ToolFailure. */
export async function runTool(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  try {
    const env = { ...process.env, ...options.env, LC_ALL: "C" };
    return (await run(program, [...args], { ...options, env, maxBuffer: 1 << 28 })).stdout;
  } catch (error) {
    options.signal?.throwIfAborted();
    const stderr = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    throw new ToolFailure(program, stderr || String(error), error);
  }
}

/** Throws a PruneLabError of kind `input` that names what is missing and how to install it. */
export async function findTools(): Promise<Tools> {
  return {
    python: await firstThatRuns(process.env.PYTHON, ["python3", "python"], ["-m", "pip", "--version"], {
      what: "a Python with pip, which downloads TensorFlow",
      variable: "PYTHON",
      packages: "python3-pip",
    }),
    compiler: await firstThatRuns(process.env.CXX, ["c++", "g++", "clang++"], ["--version"], {
      what: "a C++ compiler, which builds the binding to Node",
      variable: "CXX",
      packages: "g++ (gcc-c++ on Fedora)",
    }),
    npm: await firstThatRuns(undefined, ["npm"], ["--version"], {
      what: "npm, which comes with Node",
      variable: undefined,
      packages: "npm",
    }),
  };
}

interface Need {
  readonly what: string;
  readonly variable: string | undefined;
  readonly packages: string;
}

async function firstThatRuns(
  asked: string | undefined,
  usual: readonly string[],
  args: readonly string[],
  { what, variable, packages }: Need,
): Promise<string> {
  const candidates = asked ? [asked] : usual;
  for (const candidate of candidates) {
    try {
      await runTool(candidate, args);
      return candidate;
    } catch (error) {
      if (!(error instanceof ToolFailure)) throw error;
    }
  }
  const tried = asked ? `${variable}=${asked} does not work` : `none of ${candidates.join(", ")} works`;
  const orSet = variable === undefined ? "" : `, or set ${variable} to one that is elsewhere`;
  throw inputError(`The set-up needs ${what}, and ${tried}.`, {
    hint: `Install it with the system's packages, such as apt-get install ${packages}${orSet}.`,
  });
}

/** The line that says most: the last that calls itself an error, or the last. */
export function lastLine(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const errors = lines.filter((line) => /^(npm )?err(or)?\b/i.test(line) && !/complete log|_logs/.test(line));
  return (errors.at(-1) ?? lines.at(-1) ?? "").trim();
}
