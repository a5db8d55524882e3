import { expect, test } from "vitest";
import { wanda } from "../../../src/pruning/criteria/wanda.ts";
import { tensorSpec } from "../fixtures.ts";
import { evidenceOf, layer, values } from "./evidence.ts";

test("scores by |weight| x the norm of its input, which evidence gives for biases too", () => {
  const weights = values([1, -2, 3, -4, 5, 0], [2, -3]);
  const activationNorms = new Map([
    ["fc1.weight", Float32Array.of(10, 0, 0.5)],
    // Of 4 examples: the norm of (1, 1, 1, 1).
    ["fc1.bias", Float32Array.of(2)],
  ]);
  expect(wanda.scores(evidenceOf(layer, { weights, activationNorms }), { examples: 4 })).toEqual(
    values([10, 0, 1.5, 40, 0, 0], [4, 6]),
  );
});

test("a filter's columns are its channels' windows", () => {
  const tensors = [tensorSpec("conv1.weight", [2, 1, 1, 2])];
  const weights = new Map([["conv1.weight", Float32Array.of(1, 2, -3, -4)]]);
  const activationNorms = new Map([["conv1.weight", Float32Array.of(2, 10)]]);
  expect(wanda.scores(evidenceOf(tensors, { weights, activationNorms }), { examples: 1 })).toEqual(
    new Map([["conv1.weight", Float32Array.of(2, 20, 6, 40)]]),
  );
});

test("asks for the norms over the examples", () => {
  expect(wanda.needs?.({ examples: 10 })).toEqual({ activationNorms: { examples: 10 } });
});
