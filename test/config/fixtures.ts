import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";
import { PruneLabError } from "../../src/foundations/errors.ts";

/** The least a config needs. */
export const MINIMAL = "dataset: { name: mnist }\nmodel: { name: mlp }\n";

/** Writes `text` to case.yaml and loads it. */
export async function load(text: string, set: readonly string[] = []): Promise<Config> {
  const folder = await mkdtemp(path.join(tmpdir(), "prune-lab-test-"));
  try {
    await writeFile(path.join(folder, "case.yaml"), text);
    const { config } = await loadConfig("case.yaml", { set, cwd: folder });
    return config;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The lines of the input error that loading `text` ends with. */
export async function problemsOf(text: string, set: readonly string[] = []): Promise<string[]> {
  const outcome = await load(text, set).catch((error: unknown) => error);
  if (!(outcome instanceof PruneLabError) || outcome.kind !== "input") {
    throw new Error(`expected an input error, got ${String(outcome)}`);
  }
  return outcome.message.split("\n");
}
