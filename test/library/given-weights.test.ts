import { copyFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { encodeSafetensors } from "../../src/foundations/safetensors.ts";
import { merge } from "../../src/library/merge.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

const root = await temporaryFolder();

/** A trained study, and its baseline of seed 0 as a file. */
const trainedOptions = await tinyStudy(root, { seeds: [0] });
const trained = await runIn(path.join(root, "trained"), trainedOptions);
const file = path.join(root, "baseline.safetensors");
await copyFile(path.join(root, "trained", "checkpoints", "baseline-seed0.safetensors"), file);

const given = (train: object, changes: object = {}) => tinyStudy(root, { train, seeds: [0], ...changes });
const finetuned = { epochs: 1, batchSize: 16, optimizer: { name: "adam", learningRate: 0.02 } };
const methods = ["l1-unstructured", "global-magnitude"];
const sparsities = [0, 0.5, 0.9];

describe("a network whose weights are read", () => {
  it("is pruned and fine-tuned to the figures of the one that was trained", async () => {
    const prune = { methods, sparsities, finetune: finetuned };
    const { outcome } = await runIn(path.join(root, "given"), await given({ from: file }, { prune }));
    const figures = (of: typeof outcome) =>
      of.results.map(({ method, sparsity, baseline_accuracy, pruned_accuracy, accuracy, loss }) => ({
        method,
        sparsity,
        baseline_accuracy,
        pruned_accuracy,
        accuracy,
        loss,
      }));
    expect(figures(outcome)).toEqual(figures(trained.outcome));
    const manifest = JSON.parse(await readFile(path.join(root, "given", "manifest.json"), "utf8"));
    expect(manifest.model.weights).toEqual({
      file: "baseline.safetensors",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it("is the same wherever the file lies", async () => {
    const prune = { methods, sparsities, finetune: null };
    const folder = path.join(root, "moved");
    await runIn(folder, await given({ from: file }, { prune }));
    const elsewhere = path.join(root, "elsewhere.safetensors");
    await copyFile(file, elsewhere);
    const { events } = await runIn(folder, await given({ from: elsewhere }, { prune }));
    expect(events.some(({ event }) => event === "run-finished")).toBe(false);
  });

  it("is merged from parts as it is swept whole", async () => {
    const prune = { methods, sparsities, finetune: finetuned };
    const options = await given({ from: file }, { prune });
    await runIn(path.join(root, "whole"), options);
    const parts = [1, 2].map((index) => path.join(root, `part${index}`));
    for (const [i, part] of parts.entries()) {
      await runIn(part, options, { shard: { index: i + 1, count: 2 } });
    }
    await merge(path.join(root, "merged"), parts);
    const table = (folder: string) => readFile(path.join(root, folder, "results.csv"), "utf8");
    expect(await table("merged")).toBe(await table("whole"));
  });

  const tensor = (name: string, shape: number[], fill = 0.5) => ({
    name,
    shape,
    values: new Float32Array(shape.reduce((size, extent) => size * extent, 1)).fill(fill),
  });

  it.each([
    ["fc1.bias is missing.", [tensor("fc2.weight", [6, 8])]],
    ["fc1.bias has the shape [9], not [8].", [tensor("fc1.bias", [9])]],
    ["fc1.bias[0] is NaN.", [tensor("fc1.bias", [8], Number.NaN)]],
    ["  fc9.weight is no tensor of the network.", [tensor("fc9.weight", [2, 2])]],
    ["fc1.bias has bytes, not numbers.", [{ name: "fc1.bias", shape: [8], values: new Uint8Array(8) }]],
  ])("is refused: %s", async (message, tensors) => {
    const broken = path.join(root, "broken.safetensors");
    await writeFile(broken, encodeSafetensors(tensors));
    await expect(runIn(path.join(root, "broken"), await given({ from: broken }))).rejects.toThrow(message);
  });

  it.each([
    [{ methods: ["lottery-ticket"] }, "recovers by training as train says"],
    [
      {
        methods: [
          { name: "m", criterion: "magnitude", allocation: "global", schedule: "early", recovery: "none" },
        ],
      },
      "prunes before the training ends (early)",
    ],
    [
      { methods: [{ name: "m", criterion: "magnitude-increase", allocation: "global" }] },
      "looks at the initial weights",
    ],
  ])("has no training: %j", async (prune, message) => {
    const options = await given({ from: file }, { prune: { ...prune, sparsities } });
    await expect(runIn(path.join(root, "refused"), options)).rejects.toThrow(message);
  });

  it("has no epochs, and names of its tensors only with a file", async () => {
    await expect(given({ from: file, epochs: 3 })).rejects.toThrow("is not trained: leave it out");
    await expect(given({ names: {} })).rejects.toThrow("train.from names none");
    expect((await given({ from: file, epochs: 0 })).train.epochs).toBe(0);
    expect((await given({})).train.epochs).toBe(10);
  });
});
