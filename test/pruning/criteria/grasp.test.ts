import { expect, test } from "vitest";
import type { Parameters } from "../../../src/network/parameters.ts";
import { grasp } from "../../../src/pruning/criteria/grasp.ts";
import { evidenceOf, layer, values } from "./evidence.ts";

/** A loss with the Hessian a diagonal of 2s. */
const doubled = (logitLayer?: string) => ({
  examples: 4,
  logitLayer,
  gradients: async () => values([1, -1, 2, 3, 0, 1], [1, 2]),
  hessianProduct: (_: Parameters, direction: Parameters) =>
    new Map([...direction].map(([name, of]) => [name, of.map((value) => 2 * value)])),
});

test("scores by weight x Hessian x gradient, with its sign", async () => {
  const weights = values([1, 2, -3, 4, 5, -6], [0.5, -1]);
  const evidence = evidenceOf(layer, { weights, objective: doubled() });
  expect(await grasp.scores(evidence, { examples: 4, temperature: 200 })).toEqual(
    values([2, -4, -12, 24, 0, -12], [1, -4]),
  );
});

test("of what is pruned already the gradient is 0", async () => {
  const weights = values([1, 0, 1, 1, 1, 1], [1, 1]);
  const seen: Parameters[] = [];
  const objective = {
    ...doubled(),
    hessianProduct: (_: Parameters, direction: Parameters) => {
      seen.push(direction);
      return direction;
    },
  };
  await grasp.scores(evidenceOf(layer, { weights, objective }), { examples: 4, temperature: 1 });
  expect(seen).toEqual([values([1, 0, 2, 3, 0, 1], [1, 2])]);
});

test("divides logits by the temperature through the layer that they are linear in", async () => {
  const weights = values([1, 2, -3, 4, 5, -6], [0.5, -1]);
  const evidence = evidenceOf(layer, { weights, objective: doubled("fc1") });
  // Twice for the gradient, and twice for what is derived again.
  expect(await grasp.scores(evidence, { examples: 4, temperature: 2 })).toEqual(
    values(
      [2, -4, -12, 24, 0, -12].map((score) => score / 8),
      [1 / 8, -4 / 8],
    ),
  );
});

test("asks for as many examples as published", () => {
  expect(grasp.needs?.(grasp.options.parse({}))).toMatchObject({ objective: { examples: 100 } });
});
