import { expect, it } from "vitest";
import { inPairs, rebinned } from "../../../src/charts/parts/bins.ts";

it("joins neighbors", () => {
  expect(inPairs([1, 2, 3, 4])).toEqual([3, 7]);
});

it("counts in other bins, and splits a bin that reaches over an edge in proportion", () => {
  // Four bins of 0.5 from -1 to 1, in three of 2/3.
  expect(rebinned([4, 4, 4, 4], { limit: 1, to: 1, bins: 3 }).map((count) => count.toFixed(6))).toEqual([
    "5.333333",
    "5.333333",
    "5.333333",
  ]);
  expect(rebinned([1, 0, 0, 2], { limit: 1, to: 1, bins: 2 })).toEqual([1, 2]);
});

it("takes narrow counts into a wider range", () => {
  // From -0.5 to 0.5, in four bins of 1 from -2 to 2.
  expect(rebinned([3, 5], { limit: 0.5, to: 2, bins: 4 })).toEqual([0, 3, 5, 0]);
  // A single point of a range.
  expect(rebinned([3, 5], { limit: 1e-9, to: 1, bins: 2 })).toEqual([3, 5]);
});
