import { expect, it } from "vitest";
import { greatestOf, leastOf } from "../../src/foundations/extremes.ts";

it("finds the least and the greatest of a million values", () => {
  const values = Array.from({ length: 1_000_000 }, (_, i) => (i * 7919) % 1_000_003);
  expect([leastOf(values), greatestOf(values)]).toEqual([Math.min(...values.slice(0, 1)), 1_000_002]);
});

it("is beyond every value for none", () => {
  expect([leastOf([]), greatestOf([])]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
});
