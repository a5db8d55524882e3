import { describe, expect, it } from "vitest";
import type { Dataset } from "../../../src/datasets/dataset.ts";
import { openEngine } from "../../../src/engines/registry.ts";
import { planQuantized, quantized } from "../../../src/experiment/runs/quantized.ts";
import type { ParentOutput } from "../../../src/experiment/runs/run.ts";
import type { RunSettings } from "../../../src/experiment/settings.ts";
import { trainSchema } from "../../../src/experiment/training/options.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";

/** Two inputs, one output: a regression. */
const network: NetworkSpec = {
  inputShape: [2],
  layers: [{ kind: "dense", name: "fc1", inputs: 2, outputs: 1 }],
  loss: "mean-squared-error",
};
const settings: RunSettings = {
  network,
  initializer: { name: "pytorch" },
  train: trainSchema.parse({}),
  finetune: null,
  prunable: ["fc1.weight"],
};
const examples = {
  count: 1,
  shape: [2],
  inputs: { kind: "floats", values: Float32Array.of(1, 2) },
  targets: { kind: "values", values: Float32Array.of(1), width: 1 },
} as const;
const dataset = { test: examples, validation: { count: 0 } } as unknown as Dataset;
const run = planQuantized(
  settings,
  {
    method: methods.named("global-magnitude"),
    rounding: { bits: 3, per: "tensor" },
    sparsity: 0,
    seed: 0,
    label: "rounded",
  },
  "point",
);

import { methods } from "../../../src/pruning/methods.ts";

const compute = async (parent: Partial<ParentOutput>) => {
  const engine = await openEngine("reference", () => {});
  const whole: ParentOutput = {
    status: "ok",
    parameters: new Map([
      ["fc1.weight", Float32Array.of(0.75, 0.2)],
      ["fc1.bias", Float32Array.of(0.1)],
    ]),
    masks: new Map(),
    ...parent,
  };
  return quantized.compute(run, [whole], { settings, engine, dataset, onStep: () => {} });
};

describe("a quantized run", () => {
  it("measures the network with rounded weights and biases as they are", async () => {
    const { result, parameters } = await compute({});
    // 3 bits: steps of 0.25. 0.75 + 2 x 0.25 + 0.1 = 1.35, and (1.35 - 1)^2.
    expect([...(parameters.get("fc1.weight") ?? [])]).toEqual([0.75, 0.25]);
    expect(result).toMatchObject({ status: "ok", rounded: { accuracy: null } });
    expect(result.rounded.loss).toBeCloseTo(0.1225, 6);
  });

  it("counts codes, scales and biases", async () => {
    const { size } = (await compute({})).result;
    expect(size.tensors).toEqual([
      // 2 codes of 3 bits in one byte, and a scale.
      expect.objectContaining({ name: "fc1.weight", bits: 3, encoding: "dense", codedBytes: 1 + 4 }),
      { name: "fc1.bias", bits: 32, encoding: "dense", codedBytes: 4, huffmanBytes: 4 },
    ]);
    expect(size.codedBytes).toBe(9);
  });

  it("keeps what is pruned at 0, and its status", async () => {
    const masks = new Map([["fc1.weight", Uint8Array.of(0, 0)]]);
    const zeros = new Map([
      ["fc1.weight", new Float32Array(2)],
      ["fc1.bias", Float32Array.of(0.5)],
    ]);
    const { result, parameters } = await compute({ masks, parameters: zeros, status: "collapsed" });
    expect([...(parameters.get("fc1.weight") ?? [])]).toEqual([0, 0]);
    expect(result).toMatchObject({ status: "collapsed", rounded: { loss: 0.25 } });
  });

  it("has diverged where the network before it has", async () => {
    const broken = new Map([
      ["fc1.weight", Float32Array.of(Number.NaN, 1)],
      ["fc1.bias", Float32Array.of(0)],
    ]);
    expect((await compute({ parameters: broken, status: "diverged" })).result.status).toBe("diverged");
  });
});
