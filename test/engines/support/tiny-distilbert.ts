import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { loadDataset } from "../../../src/datasets/registry.ts";
import type { Network } from "../../../src/engines/engine.ts";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { findWeights, readWeights } from "../../../src/experiment/read-weights.ts";
import { buildNetwork, type ModelOptions, modelSchema, resolveModel } from "../../../src/models/registry.ts";
import type { Masks } from "../../../src/network/mask.ts";
import type { Parameters } from "../../../src/network/parameters.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { magnitudesOf } from "../../../src/pruning/criterion.ts";
import type { Method } from "../../../src/pruning/method.ts";
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

/**
 * Expects a network without one of its four heads to give the outputs that it gives by the reference where the values of the
 * head are 0: its rows of query, key and value with their biases, and its columns of the output layer.
 */
export async function expectHeadRemoved(make: MakeNetwork, makeReference: MakeNetwork): Promise<void> {
  const { spec, parameters } = await read();
  const method = {
    allocation: { name: "global" },
    structure: { name: "head", norm: "l2" },
  };
  const masks = masksOf(spec, parameters, method, 0.25);
  const block = [...masks].find(([, mask]) => mask.includes(0))?.[0].replace(/q_lin.*/, "") ?? "";
  const first = masks.get(`${block}q_lin.weight`)?.indexOf(0) ?? 0;
  // 64 of 128 rows, and as many columns.
  const rows = first === 0 ? [0, 64] : [64, 128];
  const zeroed = new Map([...parameters].map(([name, values]) => [name, values.slice()]));
  for (const layer of ["q_lin", "k_lin", "v_lin"]) {
    zeroed.get(`${block}${layer}.weight`)?.fill(0, 128 * (rows[0] ?? 0), 128 * (rows[1] ?? 0));
    zeroed.get(`${block}${layer}.bias`)?.fill(0, ...rows);
  }
  const out = zeroed.get(`${block}out_lin.weight`);
  for (let row = 0; row < 128; row++) {
    out?.fill(0, 128 * row + (rows[0] ?? 0), 128 * row + (rows[1] ?? 0));
  }

  loading ??= loadSentences();
  const [texts, drawn] = [await loading, inOrder(60)];
  const masked = await make(spec, optimizers.plainSgd);
  await masked.setMasks(masks);
  await masked.writeParameters(parameters);
  const without = await masked.outputs(texts, drawn);
  const expected = async (written: Parameters) => {
    const network = await makeReference(spec, optimizers.plainSgd);
    await network.writeParameters(written);
    return network.outputs(texts, drawn);
  };
  referenceOutputs ??= { zeros: expected(zeroed), whole: expected(parameters) };
  expect(worstDifference(without, await referenceOutputs.zeros)).toBeLessThan(1e-4);
  // The head does something.
  expect(worstDifference(without, await referenceOutputs.whole)).toBeGreaterThan(0.01);
}

/** By the reference, with the values of a head 0 and as they are: the same for every engine, and slow to compute. */
let referenceOutputs: Record<"zeros" | "whole", Promise<Float32Array>> | undefined;

function worstDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] as number))), 0);
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
  const method = resolveMethod("l1-unstructured");
  if (!("criterion" in method)) throw new Error("l1-unstructured ranks");
  const network = await make(spec, optimizers.plainSgd);
  await network.setMasks(masksOf(spec, parameters, method, sparsity));
  await network.writeParameters(parameters);
  return network;
}

function masksOf(
  spec: NetworkSpec,
  parameters: Parameters,
  method: Pick<Method, "allocation" | "structure">,
  sparsity: number,
): Masks {
  const tensors = prunableTensors(spec, { exclude: [], biases: false });
  const scores = new Map(
    tensors.map(({ name }) => [name, magnitudesOf(parameters.get(name) ?? new Float32Array())]),
  );
  return pruneMasks({ tensors, scores, method, sparsity });
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
