import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { runCli } from "../support/cli.ts";
import { writeTinyDataset } from "../support/tiny-dataset.ts";

/** A command that can be repeated, and what lies in its folder before it runs for the first time. */
export interface Scenario {
  readonly name: string;
  readonly args: readonly string[];
  /** Folders of the workshop that it begins with. */
  readonly has: readonly string[];
  /** How many of its steps are killed in a quick run. */
  readonly sample: number;
}

const sweep = (...rest: readonly string[]) => ["sweep", "--config", "tiny.yaml", "--workers", "1", ...rest];

export const scenarios: readonly Scenario[] = [
  { name: "sweep", args: sweep("--out", "new"), has: [], sample: 5 },
  {
    name: "sweep --fresh",
    args: sweep("--out", "other", "--fresh", "--checkpoints", "none", "--no-charts"),
    has: ["other"],
    sample: 2,
  },
  { name: "sweep --shard", args: sweep("--out", "new-part", "--shard", "1/2"), has: [], sample: 5 },
  { name: "merge", args: ["merge", "merged", "part-1", "part-2"], has: ["part-1", "part-2"], sample: 2 },
  {
    name: "merge into a part",
    args: ["merge", "part-1", "part-1", "part-2", "--no-charts"],
    has: ["part-1", "part-2"],
    sample: 3,
  },
  {
    name: "batch",
    args: ["batch", "tiny.yaml", "twin.yaml", "--workers", "1", "--out", "batch", "--no-charts"],
    has: [],
    sample: 1,
  },
  { name: "report", args: ["report", "done"], has: ["done"], sample: 1 },
  { name: "report --out", args: ["report", "done", "--out", "both.html"], has: ["done"], sample: 1 },
  {
    name: "check --update",
    args: ["check", "done", "--against", "base.csv", "--update"],
    has: ["done"],
    sample: 2,
  },
  { name: "init", args: ["init", "new.yaml", "--force"], has: [], sample: 2 },
];

const CONFIG = [
  "dataset: { name: idx, path: tiny-digits, validation: 30 }",
  "model: { name: mlp, hidden: [8] }",
  "train: { epochs: 1, batchSize: 16, optimizer: { name: adam, learningRate: 0.02 } }",
  "prune:",
  "  methods: [global-magnitude]",
  "  sparsities: [0, 0.9]",
  "  finetune: { epochs: 1 }",
  "seeds: [0]",
  "engine: kernels-wasm",
  "",
].join("\n");

const CONFIG_FLAGS = ["--config", "tiny.yaml", "--workers", "1", "--out"];

/** The finished folders that scenarios begin with, and the sweeps that make them. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  done: [],
  other: ["--set", "train.epochs=2"],
  "part-1": ["--shard", "1/2"],
  "part-2": ["--shard", "2/2"],
};

/** Makes data, configs and finished folders, in a folder of their own. */
export async function openWorkshop(folder: string, names: readonly string[]): Promise<void> {
  const start = path.join(folder, "start");
  await mkdir(start, { recursive: true });
  await writeTinyDataset(path.join(start, "tiny-digits"));
  await writeFile(path.join(start, "tiny.yaml"), CONFIG);
  await writeFile(path.join(start, "twin.yaml"), CONFIG);
  const making = names.map(async (name) => {
    const args = ["sweep", ...CONFIG_FLAGS, path.join("..", name), ...(FOLDERS[name] ?? [])];
    const { code, stderr } = await runCli(args, { cwd: start });
    if (code !== 0) throw new Error(stderr);
  });
  await Promise.all(making);
}

/** A folder in which a scenario's command can run for the first time. */
export async function begin({ has }: Scenario, workshop: string, folder: string): Promise<string> {
  await cp(path.join(workshop, "start"), folder, { recursive: true });
  for (const name of has) await cp(path.join(workshop, name), path.join(folder, name), { recursive: true });
  return folder;
}
