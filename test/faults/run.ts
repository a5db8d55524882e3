import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { packageRoot } from "../../src/foundations/paths.ts";
import { BINARY } from "../support/cli.ts";
import { filesOf } from "../support/results.ts";

/** What inject.mjs is told. */
export interface Fault {
  readonly steps: "changes" | "reads";
  /** From 1; undefined to count only. */
  readonly at?: number;
  /** `kill`, `torn`, or the code of a system error. */
  readonly does?: string;
  /** Whether the system goes on refusing. */
  readonly lasts?: boolean;
}

export interface Ending {
  readonly code: number | null;
  readonly killed: boolean;
  readonly stderr: string;
  /** Steps that were counted. */
  readonly steps: number;
}

const INJECT = pathToFileURL(path.join(packageRoot, "test", "faults", "inject.mjs")).href;

/** Runs the real program in a folder, with a fault in what it does to files there. */
export async function runWithFault(args: readonly string[], root: string, fault: Fault): Promise<Ending> {
  const counter = `${root}.steps`;
  await rm(counter, { force: true });
  const child = spawn(process.execPath, [BINARY, ...args], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...process.env,
      NO_COLOR: "1",
      NODE_OPTIONS: `--import=${INJECT}`,
      FAULT_ROOT: root,
      FAULT_COUNT: counter,
      FAULT_STEPS: fault.steps,
      FAULT_AT: String(fault.at ?? 0),
      FAULT_DO: fault.does ?? "",
      FAULT_LASTS: fault.lasts ? "1" : "0",
    },
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { code, killed: signal === "SIGKILL", stderr, steps: (await stat(counter)).size };
}

/** Every file below a folder by its SHA-256, but those with times in them, and every empty folder: what a command left. */
export async function treeOf(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = await filesOf(folder);
  const names = entries.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  // In the order of names; a folder or a file with times has no sum. Of packs, whose names are their processes', what is in them.
  const all = new Set([...names.filter((name) => !name.endsWith(".pack")), ...files.keys()]);
  return new Map([...all].sort().map((name) => [name, files.get(name) ?? ""]));
}

/** `npm run faults`: every step, in place of a sample. */
export const WHOLE = process.env.PRUNE_LAB_FAULTS === "all";

/** Milliseconds for a test. Every step may take seconds, and there are hundreds. */
export const PATIENCE = WHOLE ? 7_200_000 : 1_200_000;

/** How many of the possible steps are taken: a sample, or every one. */
export function chosen(steps: number, sample: number): number[] {
  const all = Array.from({ length: steps }, (_, i) => i + 1);
  if (WHOLE || steps <= sample) return all;
  return Array.from({ length: sample }, (_, i) => Math.round(((i + 0.5) * steps) / sample) + 1).map((step) =>
    Math.min(step, steps),
  );
}

/** What may never be read on stderr: an error that nobody put into words, or a stack trace. */
export const UNEXPLAINED = /unexpected error|Unknown system error|\n\s+at |Cannot read properties/;
