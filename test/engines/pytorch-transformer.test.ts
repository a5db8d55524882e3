import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { OptimizerSpec } from "../../src/engines/engine.ts";
import { ReferenceNetwork } from "../../src/engines/reference/network.ts";
import type { Parameters } from "../../src/network/parameters.ts";
import type { NetworkSpec } from "../../src/network/specification.ts";
import { relativeError } from "./support/compare.ts";
import { inOrder } from "./support/problems.ts";
import { makeTexts, transformerParameters } from "./support/transformers.ts";

/** Made by test/fixtures/pytorch/transformer.py. */
interface Fixture {
  readonly spec: NetworkSpec;
  readonly lengths: readonly number[];
  readonly learningRate: number;
  readonly batchSize: number;
  readonly steps: number;
  /** Of the initial values, over all texts. */
  readonly outputs: readonly number[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, TensorSample>>;
  /** Before each step. */
  readonly losses: readonly number[];
  /** After the last. */
  readonly parameters: Readonly<Record<string, TensorSample>>;
}

interface TensorSample {
  readonly samples: readonly number[];
  readonly stride: number;
  readonly sumOfSquares: number;
}

const adam: OptimizerSpec = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const TOLERANCE = 1e-5;
const folder = path.join(import.meta.dirname, "..", "fixtures", "pytorch", "transformer");

describe.each(readdirSync(folder))("%s", (file) => {
  const fixture = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Fixture;
  const { spec, lengths, batchSize, learningRate, steps } = fixture;
  const texts = makeTexts(spec, lengths);
  const all = inOrder(lengths.length);

  async function initial() {
    const network = new ReferenceNetwork(spec, adam);
    await network.writeParameters(transformerParameters(spec));
    return network;
  }

  test("outputs, loss and gradients are PyTorch's", async () => {
    const network = await initial();
    expect(relativeError(await network.outputs(texts, all), fixture.outputs)).toBeLessThan(TOLERANCE);
    expect((await network.evaluate(texts)).loss).toBeCloseTo(fixture.loss, 6);
    expectSamples(await network.gradients(texts, all), fixture.gradients);
  });

  test("training follows PyTorch's over 20 steps", async () => {
    const network = await initial();
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      const first = (step * batchSize) % lengths.length;
      const batch = all.subarray(first, first + batchSize);
      losses.push((await network.train(texts, batch, { batchSize, learningRate })).loss);
    }
    expect(losses).toHaveLength(20);
    expect(relativeError(losses, fixture.losses)).toBeLessThan(TOLERANCE);
    expectSamples(await network.readParameters(), fixture.parameters);
  });
});

function expectSamples(actual: Parameters, expected: Readonly<Record<string, TensorSample>>): void {
  expect([...actual.keys()]).toEqual(Object.keys(expected));
  for (const [name, { samples, stride, sumOfSquares }] of Object.entries(expected)) {
    const values = actual.get(name) ?? new Float32Array();
    // The softmax takes no notice of what all keys have in common: the gradient of their bias is rounding alone.
    if (sumOfSquares < 1e-20) {
      expect(Math.max(...values.map(Math.abs)), name).toBeLessThan(1e-10);
      continue;
    }
    const sampled = values.filter((_, i) => i % stride === 0);
    expect(relativeError(sampled, samples), name).toBeLessThan(TOLERANCE);
    const sum = values.reduce((total, value) => total + value * value, 0);
    expect(Math.abs(sum / sumOfSquares - 1), `${name}, all values`).toBeLessThan(TOLERANCE);
  }
}
