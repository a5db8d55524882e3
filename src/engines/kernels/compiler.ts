import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A C compiler that works here, and what code it would make. */
export interface Compiler {
  readonly command: string;
  /** First line of `--version`. */
  readonly version: string;
  /** Flags that make it use this machine's instructions, as far as it knows them. */
  readonly targetFlags: readonly string[];
  /** All predefined macros with these flags: name the compiler's version and the CPU's features exactly. */
  readonly macros: string;
}

/** Tried in this order: Apple's clang knows only -mcpu on ARM, an old compiler may know neither on a new CPU. */
const TARGETS: readonly (readonly string[])[] = [["-march=native"], ["-mcpu=native"], []];

/** The compiler named by the environment's CC, or else the first that answers of cc, gcc and clang. */
export async function findCompiler(): Promise<Compiler | undefined> {
  const asked = process.env.CC?.trim();
  for (const command of asked ? [asked] : ["cc", "gcc", "clang"]) {
    const compiler = await tryCompiler(command);
    if (compiler !== undefined) return compiler;
  }
  return undefined;
}

async function tryCompiler(command: string): Promise<Compiler | undefined> {
  try {
    const { stdout } = await runCompiler(command, ["--version"]);
    const version = stdout.split("\n")[0]?.trim() ?? "";
    for (const targetFlags of TARGETS) {
      const macros = await predefinedMacros(command, targetFlags);
      if (macros !== undefined) return { command, version, targetFlags, macros };
    }
  } catch {
    // No such command, or one that does not answer like a compiler: the same as none.
  }
  return undefined;
}

async function predefinedMacros(command: string, flags: readonly string[]): Promise<string | undefined> {
  try {
    const child = runCompiler(command, [...flags, "-dM", "-E", "-x", "c", "-"]);
    child.child.stdin?.end();
    return (await child).stdout;
  } catch {
    return undefined;
  }
}

/** Runs it with messages in English; CC may carry arguments ("ccache gcc"). Rejects when it fails. */
export function runCompiler(command: string, args: readonly string[]) {
  const [program = command, ...first] = command.split(/\s+/);
  return run(program, [...first, ...args], { env: { ...process.env, LC_ALL: "C" }, maxBuffer: 1 << 26 });
}

/** For people: "gcc 12.2.0", or the version line of a compiler that is neither gcc nor clang. */
export function compilerName({ macros, version }: Compiler): string {
  const macro = (name: string) => new RegExp(`^#define ${name} "?([^"\\s]*)`, "m").exec(macros)?.[1];
  const clang = macro("__clang_version__");
  if (clang !== undefined) return `clang ${clang}`;
  const gcc = ["__GNUC__", "__GNUC_MINOR__", "__GNUC_PATCHLEVEL__"].map(macro);
  return gcc.includes(undefined) ? version : `gcc ${gcc.join(".")}`;
}

const VECTOR_INSTRUCTIONS = [
  ["__AVX512F__", "AVX-512"],
  ["__AVX2__", "AVX2"],
  ["__AVX__", "AVX"],
  ["__SSE2__", "SSE2"],
  ["__ARM_NEON", "NEON"],
] as const;

export type VectorInstructions = (typeof VECTOR_INSTRUCTIONS)[number][1] | "no vector instructions";

/** The widest vector instructions the compiler would use, as people call them. */
export function vectorInstructions({ macros }: Compiler): VectorInstructions {
  const found = VECTOR_INSTRUCTIONS.find(([macro]) => macros.includes(`#define ${macro} `));
  return found?.[1] ?? "no vector instructions";
}
