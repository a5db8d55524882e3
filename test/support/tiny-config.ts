import { writeFile } from "node:fs/promises";
import path from "node:path";
import { writeTinyDataset } from "./tiny-dataset.ts";

/**
 * Writes tiny.yaml and its data into a folder: a sweep of 7 runs that the real binary computes in a second or two
 * with the reference engine.
 */
export async function writeTinyConfig(folder: string, name = "tiny"): Promise<string> {
  await writeTinyDataset(path.join(folder, "tiny-digits"));
  const file = `${name}.yaml`;
  await writeFile(
    path.join(folder, file),
    [
      "dataset: { name: idx, path: tiny-digits, validation: 30 }",
      "model: { name: mlp, hidden: [8] }",
      "train: { epochs: 2, batchSize: 16, optimizer: { name: adam, learningRate: 0.02 } }",
      "prune:",
      "  methods: [l1-unstructured, global-magnitude]",
      "  sparsities: [0, 0.9]",
      "  finetune: { epochs: 1 }",
      "seeds: [0, 1]",
      "engine: reference",
      "",
    ].join("\n"),
  );
  return file;
}

/** What turns the tiny sweep into one of several seconds, to be interrupted. */
export const SLOWLY = [
  "--set",
  "train.epochs=60",
  "--set",
  "prune.finetune.epochs=60",
  "--set",
  "seeds=[0,1,2]",
];
