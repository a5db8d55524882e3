import { expect, test } from "vitest";
import { input } from "../../../src/pruning/structures/input.ts";
import { tensorSpec } from "../fixtures.ts";

test("a column of a dense layer is a unit", () => {
  expect(input.units(tensorSpec("fc1.weight", [2, 3]), {})).toEqual({
    count: 3,
    of: Int32Array.of(0, 1, 2, 0, 1, 2),
  });
});

test("an input channel of a convolution is a unit, in all filters", () => {
  expect(input.units(tensorSpec("conv1.weight", [2, 2, 1, 2]), {})).toEqual({
    count: 2,
    of: Int32Array.of(0, 0, 1, 1, 0, 0, 1, 1),
  });
});

test("a value of a bias is a unit", () => {
  expect(input.units(tensorSpec("fc1.bias", [3]), {})).toEqual({ count: 3, of: Int32Array.of(0, 1, 2) });
});
