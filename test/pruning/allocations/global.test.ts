import { expect, test } from "vitest";
import { global } from "../../../src/pruning/allocations/global.ts";

test("one budget for all tensors: a whole tensor may go", () => {
  const masks = global.masks([Float32Array.of(1, 2, 3), Float32Array.of(90, 80, 70, 60, 50)], 0.5);
  expect(masks.map((mask) => mask.join(""))).toEqual(["000", "11110"]);
});
