import { readFile } from "node:fs/promises";
import os from "node:os";
import { findCompiler } from "../../engines/kernels/compiler.ts";

export interface Machine {
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  /** Vector instructions that matter to the kernels; empty where the system does not tell. */
  readonly cpuFeatures: readonly string[];
  readonly memoryGib: number;
  readonly freeMemoryGib: number;
  /** The first line of its `--version`; null without a C compiler. */
  readonly compiler: string | null;
}

/** What this machine is, as far as it shapes speed. */
export async function inspectMachine(): Promise<Machine> {
  const gib = (bytes: number) => Math.round((bytes / 2 ** 30) * 10) / 10;
  return {
    platform: `${os.platform()} ${os.arch()}`,
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    cpuFeatures: await cpuFeatures(),
    memoryGib: gib(os.totalmem()),
    freeMemoryGib: gib(os.freemem()),
    compiler: (await findCompiler())?.version ?? null,
  };
}

const VECTOR_FEATURES = [
  "sse4_2",
  "avx",
  "avx2",
  "fma",
  "avx512f",
  "avx512vl",
  "avx512_vnni",
  "asimd",
  "sve",
];

async function cpuFeatures(): Promise<string[]> {
  if (os.platform() !== "linux") return [];
  const text = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1]?.split(" ") ?? [];
  return VECTOR_FEATURES.filter((feature) => flags.includes(feature));
}
