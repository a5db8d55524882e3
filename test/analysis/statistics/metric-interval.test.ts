import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundedInterval } from "../../../src/analysis/statistics/bounded-interval.ts";
import { metricInterval } from "../../../src/analysis/statistics/metric-interval.ts";
import { accuracy } from "../../../src/metrics/accuracy.ts";
import { LARGEST } from "../../../src/metrics/formula/evaluate.ts";
import { loss } from "../../../src/metrics/loss.ts";
import { ownMetric } from "../../support/own-metric.ts";

describe("metricInterval", () => {
  it("is the t interval on the logit scale for an accuracy", () => {
    // By hand: logit(0.97) = 3.476099; 4.302653 x 0.01 / sqrt(3) / (0.97 x 0.03) = 0.853647.
    const interval = metricInterval(accuracy, [0.96, 0.97, 0.98], 10_000);
    expect(interval.mean).toBeCloseTo(0.97, 12);
    expect(interval.std).toBeCloseTo(0.01, 12);
    expect(interval.ci95?.low).toBeCloseTo(1 / (1 + Math.exp(0.853647 - 3.476099)), 5);
    expect(interval.ci95?.high).toBeCloseTo(1 / (1 + Math.exp(-0.853647 - 3.476099)), 5);
  });

  it("is the t interval of the logarithm for a loss", () => {
    // 12.706205 x 0.141421 / sqrt(2) / 0.2 = 6.353102
    const interval = metricInterval(loss, [0.1, 0.3], 1000);
    expect(interval.ci95?.low).toBeCloseTo(0.2 * Math.exp(-6.353102), 6);
    expect(interval.ci95?.high).toBeCloseTo(0.2 * Math.exp(6.353102), 3);
  });

  it("stays within 0 and 1 and holds the mean, whatever the seeds got", () => {
    const right = fc.integer({ min: 0, max: 300 });
    fc.assert(
      fc.property(fc.array(right, { minLength: 2, maxLength: 8 }), (counts) => {
        const { mean, ci95 } = metricInterval(
          accuracy,
          counts.map((count) => count / 300),
          300,
        );
        const [low, high] = [ci95?.low ?? Number.NaN, ci95?.high ?? Number.NaN];
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low - 1e-12 <= (mean ?? 0) && (mean ?? 0) <= high + 1e-12).toBe(true);
        expect(high - low).toBeGreaterThan(0);
      }),
    );
  });

  it("does not promise more of seeds that happen to agree than a right answer's share", () => {
    // logit(0.9) = 2.197225; 12.706205 x 0.001 / sqrt(12) / sqrt(2) / 0.09 = 0.028818
    const equal = metricInterval(accuracy, [0.9, 0.9], 1000);
    expect(equal.std).toBe(0);
    expect(equal.ci95?.low).toBeCloseTo(1 / (1 + Math.exp(0.028818 - 2.197225)), 6);
    // All right: at least what one network of 1,000 right answers leaves open, 1 / (1 + 3.841459 / 1000).
    expect(metricInterval(accuracy, [1, 1, 1], 1000).ci95).toEqual({
      low: expect.closeTo(0.996173, 6),
      high: 1,
    });
  });

  it("is the plain t interval of a metric without bounds", () => {
    const { bounds: _bounds, testSet: _testSet, ...free } = accuracy;
    const interval = metricInterval({ ...free, testSet: undefined }, [1, 3], 1000);
    expect(interval.ci95?.low).toBeCloseTo(2 - 12.706205, 5);
  });
});

describe("metricInterval of a metric of one's own", () => {
  it("is finite and holds the mean, whatever the values and the bounds are, and whether they keep to them", () => {
    const number = fc.double({ min: -LARGEST, max: LARGEST, noNaN: true });
    const bound = fc.option(fc.oneof(number, fc.double({ min: -10, max: 10, noNaN: true })));
    const values = fc.array(fc.oneof(number, fc.double({ min: -10, max: 10, noNaN: true })), {
      minLength: 2,
      maxLength: 8,
    });
    fc.assert(
      fc.property(values, bound, bound, (seeds, one, other) => {
        fc.pre(one === null || other === null || one < other);
        const { mean, ci95 } = metricInterval(ownMetric({ bounds: [one, other] }), seeds, 100);
        const [low, high] = [ci95?.low ?? Number.NaN, ci95?.high ?? Number.NaN];
        expect([mean, low, high].every(Number.isFinite)).toBe(true);
        // What has no digits left is as good as equal.
        const slack = 1e-300 + 1e-9 * Math.max(...[...seeds, one ?? 0, other ?? 0].map(Math.abs));
        expect(low - slack <= (mean ?? Number.NaN) && (mean ?? Number.NaN) <= high + slack).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("boundedInterval", () => {
  it("mirrors for a bound above only", () => {
    const below = boundedInterval(2, 1, { lowest: 0, highest: null });
    expect(boundedInterval(-2, 1, { lowest: null, highest: 0 })).toEqual({
      low: -below.high,
      high: -below.low,
    });
  });
});
