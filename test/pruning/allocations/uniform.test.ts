import { expect, test } from "vitest";
import { uniform } from "../../../src/pruning/allocations/uniform.ts";

test("each tensor has a budget of its own, rounded half to even", () => {
  // .5 x 3 = 1.5 -> 2; .5 x 5 = 2.5 -> 2.
  const masks = uniform.masks([Float32Array.of(1, 2, 3), Float32Array.of(90, 80, 70, 60, 50)], 0.5);
  expect(masks.map((mask) => mask.join(""))).toEqual(["001", "11100"]);
});
