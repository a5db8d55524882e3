import { expect, test } from "vitest";
import type { Parameters } from "../../../src/network/parameters.ts";
import { movement } from "../../../src/pruning/criteria/movement.ts";
import { evidenceOf, layer, values } from "./evidence.ts";

/** The loss is the sum of w^2 / 2, so that the gradient is the weight: all move towards 0. */
const bowl = {
  examples: 3,
  logitLayer: undefined,
  gradients: async (weights: Parameters) => new Map([...weights].map(([name, of]) => [name, of.slice()])),
  hessianProduct: (_: Parameters, direction: Parameters) => direction,
};

test("sums -rate x weight x gradient up while the weights move", async () => {
  const weights = values([2, -2, 4, 0, 8, 1], [16, 0]);
  const evidence = evidenceOf(layer, { weights, objective: bowl });
  const options = { steps: 2, batchSize: 3, examples: 3, learningRate: 0.5 };
  // The first step takes w^2 / 2, and leaves w / 2; the second takes an eighth of w^2.
  const expected = (w: number) => -0.625 * w ** 2 || 0;
  expect(await movement.scores(evidence, options)).toEqual(
    values([2, -2, 4, 0, 8, 1].map(expected), [16, 0].map(expected)),
  );
  expect(weights).toEqual(values([2, -2, 4, 0, 8, 1], [16, 0]));
});

test("what is pruned stays where it is, what is not scored moves", async () => {
  const seen: Parameters[] = [];
  const objective = {
    ...bowl,
    gradients: async (weights: Parameters) => {
      seen.push(structuredClone(weights) as Parameters);
      return values([1, 1, 1, 1, 1, 1], [1, 1]);
    },
  };
  const evidence = evidenceOf(layer.slice(0, 1), { weights: values([0, 1, 2, 3, 4, 5], [0, 1]), objective });
  await movement.scores(evidence, { steps: 2, batchSize: 3, examples: 3, learningRate: 1 });
  expect(seen[1]).toEqual(values([0, 0, 1, 2, 3, 4], [-1, 0]));
});

test("goes through the examples in batches, and again", async () => {
  const batches: unknown[] = [];
  const objective = {
    ...bowl,
    gradients: async (weights: Parameters, from?: number, to?: number) => {
      batches.push([from, to]);
      return weights;
    },
  };
  const evidence = evidenceOf(layer, { weights: values([1, 1, 1, 1, 1, 1], [1, 1]), objective });
  await movement.scores(evidence, { steps: 4, batchSize: 2, examples: 3, learningRate: 0.1 });
  expect(batches).toEqual([
    [0, 2],
    [2, 3],
    [0, 2],
    [2, 3],
  ]);
});
