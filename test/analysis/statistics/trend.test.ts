import { describe, expect, test } from "vitest";
import { changePoint, declineOf } from "../../../src/analysis/statistics/trend.ts";

describe("declineOf", () => {
  test("a strict decline of n values has the probability of one order in n!", () => {
    expect(declineOf([4, 3, 2, 1])?.pValue).toBeCloseTo(1 / 24, 15);
    const ten = Array.from({ length: 10 }, (_, i) => -i);
    expect(declineOf(ten)?.pValue).toBeCloseTo(1 / 3_628_800, 18);
    expect(declineOf(ten.toReversed())?.pValue).toBeCloseTo(1, 12);
  });

  test("the exact tail counts orders: 4 values of which 5 pairs of 6 fall", () => {
    // Of 24 orders, 1 has six falling pairs and 3 have five.
    expect(declineOf([4, 3, 1, 2])?.pValue).toBeCloseTo(4 / 24, 15);
  });

  test("equal values take the normal approximation with its corrections", () => {
    // S = -8 of values 3 3 2 2 1 (two ties of 2): variance (5 4 15 - 2 (2 1 9)) / 18 = 264 / 18; z = 7 / 3.8297.
    expect(declineOf([3, 3, 2, 2, 1])?.pValue).toBeCloseTo(0.033_79, 4);
    expect(declineOf([2, 2, 2])?.pValue).toBe(1);
  });

  test("levels are medians of the first and the last quarter; a step is found where it is", () => {
    const step = [95.1, 94.9, 95.2, 95, 95.05, 93.1, 92.9, 93];
    expect(declineOf(step)).toMatchObject({ before: 95, now: 92.95 });
    expect(changePoint(step)).toBe(5);
  });

  test("one value has no trend", () => {
    expect(declineOf([1])).toBeUndefined();
  });
});
