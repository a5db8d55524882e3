import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parameterSpecs } from "../../src/network/parameters.ts";
import type { NetworkSpec } from "../../src/network/specification.ts";
import { criteria } from "../../src/pruning/criteria/registry.ts";
import { type Evidence, type Gathered, scoreEach, tensorOf } from "../../src/pruning/criterion.ts";
import { evidenceOf, layer, values } from "./criteria/evidence.ts";
import { chosen, tensorSpec, valuesFor } from "./fixtures.ts";

/** A convolution over two channels, and a dense layer. */
const network: NetworkSpec = {
  inputShape: [2, 3, 3],
  loss: "softmax-cross-entropy",
  layers: [
    {
      kind: "conv2d",
      name: "conv1",
      inChannels: 2,
      outChannels: 2,
      kernelHeight: 2,
      kernelWidth: 2,
      stride: 1,
      padding: 0,
    },
    { kind: "flatten" },
    { kind: "dense", name: "fc1", inputs: 8, outputs: 3 },
  ],
};
const tensors = parameterSpecs(network);
const columns = new Map([
  ["conv1.weight", 8],
  ["conv1.bias", 1],
  ["fc1.weight", 8],
  ["fc1.bias", 1],
]);

const number = fc.float({ min: -1000, max: 1000, noNaN: true });

/** Of any network, and of a diverged one. */
const evidences = fc
  .constantFrom(number, fc.oneof({ weight: 9, arbitrary: number }, fc.constant(Number.NaN)))
  .chain((value) => {
    const parameters = valuesFor(tensors, value);
    const norm = fc.float({ min: 0, max: 1000, noNaN: true });
    return fc.record({
      weights: parameters,
      gradients: parameters,
      exampleGradients: fc.array(parameters, { minLength: 1, maxLength: 3 }),
      initialWeights: valuesFor(tensors, number),
      activationNorms: fc
        .tuple(
          ...[...columns.values()].map((length) => fc.array(norm, { minLength: length, maxLength: length })),
        )
        .map(
          (norms) => new Map([...columns.keys()].map((name, i) => [name, Float32Array.from(norms[i] ?? [])])),
        ),
    });
  });

describe.each(criteria.list())("$name", (criterion) => {
  const options = chosen("criterion", criterion.name);
  const scoresOf = (evidence: Evidence & Gathered) => criterion.scores(evidence, options);

  test("gives each value of each tensor one score, finite or not a number", async () => {
    await fc.assert(
      fc.asyncProperty(evidences, async (parts) => {
        const scores = await scoresOf(evidenceOf(tensors, parts));
        expect([...scores.keys()]).toEqual(tensors.map(({ name }) => name));
        for (const { name, size } of tensors) {
          expect(scores.get(name)).toHaveLength(size);
          expect(scores.get(name)?.every((score) => Math.abs(score) !== Number.POSITIVE_INFINITY)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("looks at evidence without changing it, and scores the same evidence the same", async () => {
    await fc.assert(
      fc.asyncProperty(evidences, async (parts) => {
        const before = structuredClone(parts);
        const first = await scoresOf(evidenceOf(tensors, parts));
        expect(parts).toEqual(before);
        expect(await scoresOf(evidenceOf(tensors, parts))).toEqual(first);
      }),
      { numRuns: 50 },
    );
  });

  test("scores the tensors that it is given alone", async () => {
    const whole = values([1, 2, 3, 4, 5, 6], [7, 8]);
    const evidence = evidenceOf(layer.slice(0, 1), {
      weights: whole,
      gradients: whole,
      exampleGradients: [whole],
      initialWeights: whole,
      activationNorms: values([1, 2, 3], [1]),
    });
    expect([...(await scoresOf(evidence)).keys()]).toEqual(["fc1.weight"]);
  });

  test("does with what it asks for, in one round or more", async () => {
    const needs = criterion.needs?.(options) ?? {};
    const whole = values([1, 2, 3, 4, 5, 6], [7, 8]);
    const { gradients, exampleGradients, activationNorms, initialWeights, objective, ...always } = evidenceOf(
      layer,
      {
        weights: whole,
        gradients: whole,
        exampleGradients: [whole],
        initialWeights: whole,
        activationNorms: values([1, 2, 3], [1]),
      },
    );
    const gathered = { gradients, exampleGradients, activationNorms, initialWeights, objective };
    const asked = Object.fromEntries(Object.entries(gathered).filter(([need]) => need in needs));
    const scores = await scoresOf({ ...always, ...asked } as Evidence & Gathered);
    expect(scores.size).toBe(2);
    expect(criterion.rounds?.(options) ?? 1).toBeGreaterThanOrEqual(1);
  });
});

test("what is asked for by examples asks for as many as the options say", () => {
  for (const { name, needs } of criteria.list()) {
    const options = chosen("criterion", name);
    if (!("examples" in options)) continue;
    expect(JSON.stringify(needs?.({ ...options, examples: 7 }))).toContain('"examples":7');
  }
});

test("scoreEach scores tensor by tensor, in their order", () => {
  const weights = values([1, 2, 3, 4, 5, 6], [7, 8]);
  const scores = scoreEach({ tensors: layer, weights }, (own, { name }) =>
    own.map((value) => value + name.length),
  );
  expect([...scores]).toEqual([
    ["fc1.weight", Float32Array.of(11, 12, 13, 14, 15, 16)],
    ["fc1.bias", Float32Array.of(15, 16)],
  ]);
});

test("a tensor without values is a RangeError", () => {
  const missing = () => tensorOf(new Map(), "fc1.weight");
  expect(missing).toThrow(new RangeError("there are no values for fc1.weight"));
  const score = () =>
    scoreEach({ tensors: [tensorSpec("fc2.weight", [1, 1])], weights: new Map() }, (own) => own);
  expect(score).toThrow(RangeError);
});
