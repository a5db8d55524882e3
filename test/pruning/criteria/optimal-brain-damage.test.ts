import { expect, test } from "vitest";
import { optimalBrainDamage } from "../../../src/pruning/criteria/optimal-brain-damage.ts";
import { evidenceOf, layer, values } from "./evidence.ts";

test("scores by weight^2 x mean squared gradient / 2", async () => {
  const weights = values([1, -2, 3, 0, 0.5, 1], [2, 1]);
  const exampleGradients = [values([1, 1, 0, 5, 2, 0], [0, 2]), values([1, 0, 1, 5, 2, 0], [1, 4])];
  expect(
    await optimalBrainDamage.scores(evidenceOf(layer, { weights, exampleGradients }), { examples: 2 }),
  ).toEqual(values([0.5, 1, 2.25, 0, 0.5, 0], [1, 5]));
});

test("asks for targets that are drawn from what the network answers", () => {
  expect(optimalBrainDamage.needs?.({ examples: 7 })).toEqual({
    exampleGradients: { examples: 7, targets: "drawn" },
  });
});
