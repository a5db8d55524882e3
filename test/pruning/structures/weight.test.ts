import { expect, test } from "vitest";
import { weight } from "../../../src/pruning/structures/weight.ts";
import { tensorSpec } from "../fixtures.ts";

test("each value is a unit", () => {
  expect(weight.units(tensorSpec("conv1.weight", [2, 1, 3, 3]), {})).toBeUndefined();
});
