import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { loadDataset } from "../../../src/datasets/registry.ts";
import type { Network } from "../../../src/engines/engine.ts";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { findWeights, readWeights } from "../../../src/experiment/read-weights.ts";
import { buildNetwork, type ModelOptions, modelSchema, resolveModel } from "../../../src/models/registry.ts";
import type { Parameters } from "../../../src/network/parameters.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { magnitudesOf } from "../../../src/pruning/criterion.ts";
import { resolveMethod } from "../../../src/pruning/methods.ts";
import { prunableTensors } from "../../../src/pruning/prunable.ts";
import { pruneMasks } from "../../../src/pruning/prune.ts";
import type { MakeNetwork } from "./every-engine.ts";
import { optimizers } from "./networks.ts";
import { inOrder } from "./problems.ts";

/** Two layers of 128, trained on SST-2: golden.json has the logits that PyTorch gives for some sentences. */
const folder = path.resolve("../shared/pretrained/tiny-distilbert-sst2");
const sentences = path.resolve("../shared/data/sst2/dev.tsv");

/** By sparsity, layer by layer by magnitude: right of 872, by PyTorch, without fine-tuning. */
export const rightOfTiny = [
  [0, 699],
  [0.3, 701],
  [0.5, 702],
  [0.6, 701],
  [0.8, 686],
] as const;

export const tinyIsHere = existsSync(path.join(folder, "golden.json")) && existsSync(sentences);
if (!tinyIsHere)
  console.warn(`${folder} or ${sentences} is not here: the tests of a trained DistilBERT are left out.`);

/** Expects the logits of PyTorch to 1e-4, dense and pruned by half. */
export async function expectGoldenLogits(make: MakeNetwork): Promise<void> {
  const { ids, logits } = JSON.parse(readFileSync(path.join(folder, "golden.json"), "utf8")) as {
    ids: number[][];
    logits: Record<string, [number, number][]>;
  };
  const texts = textsOf(ids);
  expect(Object.keys(logits)).toEqual(["0", "0.5"]);
  for (const [sparsity, expected] of Object.entries(logits)) {
    const outputs = await (await prunedTiny(make, Number(sparsity))).outputs(texts, inOrder(ids.length));
    const worst = expected
      .flat()
      .reduce((most, logit, i) => Math.max(most, Math.abs(logit - (outputs[i] ?? 0))), 0);
    expect(worst, sparsity).toBeLessThan(1e-4);
  }
}

/** How many of the 872 sentences the network, pruned to a sparsity, has right. */
export async function rightOfSentences(make: MakeNetwork, sparsity: number): Promise<number> {
  loading ??= loadSentences();
  const { accuracy = 0 } = await (await prunedTiny(make, sparsity)).evaluate(await loading);
  return Math.round(872 * accuracy);
}

let loading: Promise<ExampleSet> | undefined;

async function loadSentences(): Promise<ExampleSet> {
  const { test } = await loadDataset(
    {
      name: "text",
      checksum: null,
      test: sentences,
      train: null,
      label: null,
      columns: { sentence: "sentence", label: "label" },
      limit: null,
      validation: null,
      tokenizer: null,
      maxLength: null,
    },
    { dataDir: undefined, modelFolder: folder, notify: () => {} },
  );
  return test;
}

/** Layer by layer, by magnitude. */
async function prunedTiny(make: MakeNetwork, sparsity: number): Promise<Network> {
  const { spec, parameters } = await read();
  const tensors = prunableTensors(spec, { exclude: [], biases: false });
  const scores = new Map(
    tensors.map(({ name }) => [name, magnitudesOf(parameters.get(name) ?? new Float32Array())]),
  );
  const method = resolveMethod("l1-unstructured");
  if (!("criterion" in method)) throw new Error("l1-unstructured ranks");
  const network = await make(spec, optimizers.plainSgd);
  await network.setMasks(pruneMasks({ tensors, scores, method, sparsity }));
  await network.writeParameters(parameters);
  return network;
}

async function read(): Promise<{ readonly spec: NetworkSpec; readonly parameters: Parameters }> {
  const chosen = modelSchema().parse({ name: "pretrained", path: folder }) as ModelOptions;
  const { options, weights } = await resolveModel(chosen, { dataDir: undefined });
  const spec = buildNetwork(options, [1], 2, "softmax-cross-entropy");
  const given = await findWeights({ ofModel: weights }, spec, undefined);
  if (given === undefined) throw new Error("no weights");
  return { spec, parameters: await readWeights(given, spec) };
}

function textsOf(ids: readonly number[][]): ExampleSet {
  const starts = new Uint32Array(ids.length + 1);
  ids.forEach(({ length }, i) => {
    starts[i + 1] = (starts[i] as number) + length;
  });
  return {
    count: ids.length,
    shape: [Math.max(...ids.map(({ length }) => length))],
    inputs: { kind: "tokens", values: Uint16Array.from(ids.flat()), starts, vocabulary: 8000 },
    targets: { kind: "classes", labels: new Uint8Array(ids.length), classes: 2 },
  };
}
