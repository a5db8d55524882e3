import { expect, test } from "vitest";
import { lamp } from "../../../src/pruning/allocations/lamp.ts";
import { request } from "./request.ts";

test("scores are relative to the larger ones of their tensor", () => {
  // Squares 1, 4, 4: 1/9, 4/8, 4/4. Squares 100, 100, 900: 100/1100, 100/1000, 1.
  const of = request([1, 2, 2], [10, 10, 30]);
  expect(lamp.counts(of(1 / 6), {})).toEqual([0, 1]);
  expect(lamp.counts(of(2 / 6), {})).toEqual([0, 2]);
  expect(lamp.counts(of(3 / 6), {})).toEqual([1, 2]);
  expect(lamp.counts(of(4 / 6), {})).toEqual([2, 2]);
});

test("what is pruned already comes first, scores below 0 next", () => {
  const of = request([Number.NEGATIVE_INFINITY, -1, 3], [1, 1, 1]);
  expect(lamp.counts(of(1 / 6), {})).toEqual([1, 0]);
  expect(lamp.counts(of(2 / 6), {})).toEqual([2, 0]);
  expect(lamp.counts(of(3 / 6), {})).toEqual([2, 1]);
});
