import { expect, test } from "vitest";
import { taylor } from "../../../src/pruning/criteria/taylor.ts";
import { evidenceOf, layer, values } from "./evidence.ts";

test("scores by |weight x gradient|", () => {
  const weights = values([1, -2, 3, 0, 0.5, -1], [2, -4]);
  const gradients = values([2, 3, -0.5, 7, -4, -6], [0, 0.25]);
  expect(taylor.scores(evidenceOf(layer, { weights, gradients }), { examples: 10 })).toEqual(
    values([2, 6, 1.5, 0, 2, 6], [0, 1]),
  );
});

test("asks for the gradient of the loss over the examples", () => {
  expect(taylor.needs?.({ examples: 10 })).toEqual({ gradients: { of: "loss", examples: 10 } });
});
