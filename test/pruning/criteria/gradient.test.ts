import { expect, test } from "vitest";
import { gradient } from "../../../src/pruning/criteria/gradient.ts";
import { evidenceOf, layer, values } from "./evidence.ts";

test("scores by the absolute gradient, whatever the weight", () => {
  const weights = values([9, 9, 9, 0, 0, 0], [9, 0]);
  const gradients = values([0.5, -0.5, 0, 2, -3, -0], [-1, 4]);
  expect(gradient.scores(evidenceOf(layer, { weights, gradients }), { examples: 10 })).toEqual(
    values([0.5, 0.5, 0, 2, 3, 0], [1, 4]),
  );
});

test("asks for the gradient of the loss over the examples", () => {
  expect(gradient.needs?.({ examples: 10 })).toEqual({ gradients: { of: "loss", examples: 10 } });
});
