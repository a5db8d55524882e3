import { expect, test } from "vitest";
import { fisher } from "../../../src/pruning/criteria/fisher.ts";
import { evidenceOf, layer, values } from "./evidence.ts";

test("scores by weight^2 / 2 times the mean of the squared gradients", async () => {
  const weights = values([1, -2, 3, 0, 0.5, -1], [2, -4]);
  const exampleGradients = [values([1, 1, 0, 5, 4, 2], [1, 0]), values([-1, 3, 2, 5, 0, -2], [-3, 0])];
  // The means of the squares: 1, 5, 2, 25, 8, 4; 5, 0.
  expect(await fisher.scores(evidenceOf(layer, { weights, exampleGradients }), { examples: 2 })).toEqual(
    values([0.5, 10, 9, 0, 1, 2], [10, 0]),
  );
});

test("gradients that cancel out in the mean count all the same", async () => {
  const weights = values([1, 0, 0, 0, 0, 0], [0, 0]);
  const up = values([2, 0, 0, 0, 0, 0], [0, 0]);
  const down = values([-2, 0, 0, 0, 0, 0], [0, 0]);
  const scores = await fisher.scores(evidenceOf(layer, { weights, exampleGradients: [up, down] }), {
    examples: 2,
  });
  expect(scores.get("fc1.weight")?.[0]).toBe(2);
});

test("a gradient without a tensor is a RangeError", async () => {
  const weights = values([1, 1, 1, 1, 1, 1], [1, 1]);
  const scores = fisher.scores(evidenceOf(layer, { weights, exampleGradients: [new Map()] }), {
    examples: 1,
  });
  await expect(scores).rejects.toThrow(new RangeError("there are no values for fc1.weight"));
});

test("asks for the gradients of single examples", () => {
  expect(fisher.needs?.({ examples: 10 })).toEqual({ exampleGradients: { examples: 10 } });
});
