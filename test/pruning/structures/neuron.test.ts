import { expect, test } from "vitest";
import { neuron } from "../../../src/pruning/structures/neuron.ts";
import { tensorSpec } from "../fixtures.ts";

test("a row of a dense layer is a unit", () => {
  expect(neuron.units(tensorSpec("fc1.weight", [2, 3]), {})).toEqual({
    count: 2,
    of: Int32Array.of(0, 0, 0, 1, 1, 1),
  });
});

test("a filter of a convolution is a unit", () => {
  expect(neuron.units(tensorSpec("conv1.weight", [2, 2, 1, 2]), {})).toEqual({
    count: 2,
    of: Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1),
  });
});

test("a value of a bias is a unit", () => {
  expect(neuron.units(tensorSpec("fc1.bias", [3]), {})).toEqual({ count: 3, of: Int32Array.of(0, 1, 2) });
});
