import { expect, test } from "vitest";
import { global } from "../../../src/pruning/allocations/global.ts";
import { request } from "./request.ts";

test("one budget for all tensors: a whole tensor may go", () => {
  expect(global.counts(request([1, 2, 3], [90, 80, 70, 60, 50])(0.5), {})).toEqual([3, 1]);
});

test("the budget is rounded half to even over all units together", () => {
  // .5 x 7 = 3.5 -> 4; .5 x 5 = 2.5 -> 2.
  expect(global.counts(request([1, 2, 3], [4, 5, 6, 7])(0.5), {})).toEqual([3, 1]);
  expect(global.counts(request([1, 9, 9], [2, 9])(0.5), {})).toEqual([1, 1]);
});
