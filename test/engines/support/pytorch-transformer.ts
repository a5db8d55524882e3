import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import type { Parameters } from "../../../src/network/parameters.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { relativeError } from "./compare.ts";

/** Made by test/fixtures/pytorch/transformer.py, in float64. */
export interface TransformerFixture {
  readonly file: string;
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

const folder = path.join(import.meta.dirname, "..", "..", "fixtures", "pytorch", "transformer");

export const transformerFixtures: readonly TransformerFixture[] = readdirSync(folder).map((file) => ({
  file,
  ...(JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Omit<TransformerFixture, "file">),
}));

/** Expects the sampled values and the norm of each tensor, but for those whose gradient is rounding alone. */
export function expectSamples(
  actual: Parameters,
  expected: Readonly<Record<string, TensorSample>>,
  tolerance: number,
): void {
  expect([...actual.keys()]).toEqual(Object.keys(expected));
  for (const [name, { samples, stride, sumOfSquares }] of Object.entries(expected)) {
    if (isKeyBias(name)) continue;
    const values = actual.get(name) ?? new Float32Array();
    const sampled = values.filter((_, i) => i % stride === 0);
    expect(relativeError(sampled, samples), name).toBeLessThan(tolerance);
    const sum = values.reduce((total, value) => total + value * value, 0);
    expect(Math.abs(sum / sumOfSquares - 1), `${name}, all values`).toBeLessThan(tolerance);
  }
}

/** The softmax takes no notice of what all keys have in common: the gradient of their bias is rounding alone. */
export function isKeyBias(name: string): boolean {
  return name.endsWith("k_lin.bias") || name.endsWith("self.key.bias");
}
