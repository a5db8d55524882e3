import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { meanInterval } from "../../../src/analysis/statistics/mean-interval.ts";

describe("meanInterval", () => {
  it("has nothing to say about no values, and no spread for one", () => {
    expect(meanInterval([])).toEqual({ n: 0, mean: null, std: null, ci95: null });
    expect(meanInterval([0.97])).toEqual({ n: 1, mean: 0.97, std: null, ci95: null });
  });

  it.each([
    // By hand: mean, std, and t(0.975, n - 1) = 12.7062, 4.3027, 2.7764 from the usual tables.
    { values: [1, 3], mean: 2, std: Math.SQRT2, halfWidth: 12.7062 },
    { values: [1, 2, 3], mean: 2, std: 1, halfWidth: 4.3027 / Math.sqrt(3) },
    { values: [2, 4, 4, 4, 6], mean: 4, std: Math.SQRT2, halfWidth: (2.7764 * Math.SQRT2) / Math.sqrt(5) },
  ])("of $values", ({ values, mean, std, halfWidth }) => {
    const result = meanInterval(values);
    expect(result.mean).toBeCloseTo(mean, 12);
    expect(result.std).toBeCloseTo(std, 12);
    expect(result.ci95?.low).toBeCloseTo(mean - halfWidth, 3);
    expect(result.ci95?.high).toBeCloseTo(mean + halfWidth, 3);
  });

  it("of equal values is that value, exactly, with no spread", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
        fc.integer({ min: 2, max: 30 }),
        (value, n) => {
          const interval = meanInterval(Array.from({ length: n }, () => value));
          expect(interval.mean === value && interval.std === 0).toBe(true);
          expect(interval.ci95?.low === value && interval.ci95.high === value).toBe(true);
        },
      ),
    );
  });
});
