import { expect, test } from "vitest";
import { magnitudeIncrease } from "../../../src/pruning/criteria/magnitude-increase.ts";
import { evidenceOf, layer, values } from "./evidence.ts";

test("scores by |weight| - |weight before training|, which may be negative", () => {
  const weights = values([1, -2, 3, 0, 0.5, -1], [2, -4]);
  const initialWeights = values([2, 1, -3, 1, 0, -0.5], [0, 5]);
  expect(magnitudeIncrease.scores(evidenceOf(layer, { weights, initialWeights }), {})).toEqual(
    values([-1, 1, 0, -1, 0.5, 0.5], [2, -1]),
  );
});

test("asks for the initial weights", () => {
  expect(magnitudeIncrease.needs?.({})).toEqual({ initialWeights: true });
});
