import { expect, test } from "vitest";
import { magnitude } from "../../../src/pruning/criteria/magnitude.ts";
import { evidenceOf, layer, values } from "./evidence.ts";

test("scores by the absolute value", () => {
  const weights = values([-2, 0.5, -0, 1, 0, -1], [3, -4]);
  expect(magnitude.scores(evidenceOf(layer, { weights }), {})).toEqual(values([2, 0.5, 0, 1, 0, 1], [3, 4]));
});
