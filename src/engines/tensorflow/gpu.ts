import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface NvidiaDriver {
  /** Such as "550.54.14". */
  readonly version: string;
  /** Empty when the driver's own tool, nvidia-smi, is not there to ask. */
  readonly gpus: readonly { readonly name: string; readonly memoryMib: number }[];
}

/** The NVIDIA driver of this machine with its GPUs, or undefined when there is none. */
export async function findNvidiaDriver(): Promise<NvidiaDriver | undefined> {
  return (await askDriverTool()) ?? (await readDriverVersion());
}

async function askDriverTool(): Promise<NvidiaDriver | undefined> {
  try {
    const query = ["--query-gpu=driver_version,memory.total,name", "--format=csv,noheader,nounits"];
    const { stdout } = await run("nvidia-smi", query, { timeout: 10_000 });
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => /^([\d.]+), (\d+), (.+)$/.exec(line.trim()))
      .filter((row) => row !== null);
    const version = rows[0]?.[1];
    if (version === undefined) return undefined;
    return { version, gpus: rows.map(([, , memory, name = ""]) => ({ name, memoryMib: Number(memory) })) };
  } catch {
    // No such tool, or no driver for it to talk to.
    return undefined;
  }
}

async function readDriverVersion(): Promise<NvidiaDriver | undefined> {
  const text = await readFile("/proc/driver/nvidia/version", "utf8").catch(() => "");
  const version = /Kernel Module\D*([\d.]+)/.exec(text)?.[1];
  return version === undefined ? undefined : { version, gpus: [] };
}
