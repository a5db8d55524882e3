import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";
import type { DatasetOptions } from "../../src/datasets/registry.ts";
import { packageRoot } from "../../src/foundations/paths.ts";
import { buildNetwork, models } from "../../src/models/registry.ts";
import { parameterCount } from "../../src/network/parameters.ts";
import { isOriginFile } from "../../src/recording/origin.ts";

const configs = path.join(packageRoot, "configs");
const files = readdirSync(configs, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".yaml") && !isOriginFile(file),
);
const load = async (name: string) => (await loadConfig(name, { set: [], cwd: configs })).config;

test.each(files)("configs/%s loads, is called like its file and fits its data", async (file) => {
  const config = await load(file);
  expect(config.name).toBe(path.parse(file).name);
  if (models.named(config.model.name).readsTokens) return expectTexts(config);
  const { shape, outputs, loss } = examplesOf(config.dataset);
  expect(() => buildNetwork(config.model, shape, outputs, loss)).not.toThrow();
});

/** Of a checkpoint only its folder says what network it is. */
function expectTexts({ dataset, model }: Config): void {
  expect(["text", "rotten-tomatoes"]).toContain(dataset.name);
  if (model.name !== "pretrained") {
    expect(() => buildNetwork(model, [64], 2, "softmax-cross-entropy")).not.toThrow();
  }
}

/** As a network sees them; of a table only the user knows. */
function examplesOf(dataset: DatasetOptions) {
  if (dataset.name === "mnist" || dataset.name === "fashion-mnist")
    return { shape: [1, 28, 28], outputs: 10, loss: "softmax-cross-entropy" as const };
  expect(["synthetic", "table"]).toContain(dataset.name);
  return { shape: [128], outputs: 10, loss: "mean-squared-error" as const };
}

describe("the studies are what they reproduce", () => {
  const parameters = async (name: string) =>
    parameterCount(buildNetwork((await load(name)).model, [1, 28, 28], 10, "softmax-cross-entropy"));

  test("lab-one-shot", async () => {
    const { dataset, train, prune } = await load("lab-one-shot");
    expect(dataset).toMatchObject({ validation: 0, normalize: "unit" });
    expect(train).toMatchObject({
      epochs: 2,
      batchSize: 64,
      optimizer: { name: "adam", learningRate: 0.001 },
    });
    expect(prune).toMatchObject({
      methods: ["l1-unstructured"],
      sparsities: [0, 0.2, 0.4, 0.6, 0.8, 0.9],
      exclude: ["output"],
      finetune: null,
    });
  });

  test("distilbert-sst2", async () => {
    const { dataset, model, prune } = await load("distilbert-sst2");
    // Other places are named by --set.
    expect(dataset).toMatchObject({ name: "text", test: "sst2/dev.tsv", train: null, limit: null });
    expect(model).toMatchObject({ name: "pretrained", path: "distilbert-sst2" });
    expect(prune).toMatchObject({
      methods: ["l1-unstructured"],
      sparsities: [0, 0.3, 0.5, 0.6, 0.8],
      exclude: [],
      finetune: null,
    });
  });

  test("global-finetune", async () => {
    const { dataset, train, prune, seeds } = await load("global-finetune");
    expect(dataset).toMatchObject({ validation: 0, normalize: { mean: 0.1307, std: 0.3081 } });
    expect(train).toMatchObject({ epochs: 5, batchSize: 128 });
    expect(prune.finetune).toMatchObject({
      epochs: 3,
      batchSize: 128,
      optimizer: { name: "adam", learningRate: 0.0001 },
    });
    expect(seeds).toEqual([42]);
    expect(await parameters("global-finetune")).toBe(567_434);
  });

  test("fcn-cnn", async () => {
    for (const network of ["mlp", "cnn"]) {
      const { prune, output } = await load(`fcn-cnn-${network}`);
      expect(prune.sparsities).toEqual([0, 0.3, 0.5, 0.7, 0.9, 0.99]);
      expect(output.results).toBe(`${network}_pruning_results.csv`);
    }
    expect(await parameters("fcn-cnn-mlp")).toBe(266_610);
    expect(await parameters("fcn-cnn-cnn")).toBe(431_080);
  });
});
