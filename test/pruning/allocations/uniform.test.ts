import { expect, test } from "vitest";
import { uniform } from "../../../src/pruning/allocations/uniform.ts";
import { request } from "./request.ts";

test("each tensor has a budget of its own, rounded half to even", () => {
  // .5 x 3 = 1.5 -> 2; .5 x 5 = 2.5 -> 2.
  expect(uniform.counts(request([1, 2, 3], [90, 80, 70, 60, 50])(0.5), {})).toEqual([2, 2]);
});

test("scores do not matter", () => {
  expect(uniform.counts(request([0, 0, 0, 0], [9, 9])(0.5), {})).toEqual([2, 1]);
});
