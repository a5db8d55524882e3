import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { smallestDetectableDrop } from "../../../src/analysis/gate/detectable-drop.ts";
import { type DropEstimate, dropEstimates, type Sample } from "../../../src/analysis/gate/drop-estimate.ts";
import { testDrops } from "../../../src/analysis/gate/drop-tests.ts";
import { randomStream } from "../../../src/foundations/random.ts";
import { accuracy } from "../../../src/metrics/accuracy.ts";
import { differenceScale } from "../../../src/metrics/difference.ts";

const estimate = (standardError: number, degreesOfFreedom: number): DropEstimate => ({
  by: "groups",
  drop: 0,
  standardError,
  degreesOfFreedom,
  spreadDegreesOfFreedom: degreesOfFreedom,
  most: 97,
});
const RULE = { level: 0.05 / 18, tolerance: 0.5 };

describe("smallestDetectableDrop", () => {
  test("with a known error it is the threshold and the normal quantile of the power", () => {
    const known = Number.POSITIVE_INFINITY;
    // z(.05 / 18) = 2.7729, z(.97) = 1.8808
    expect(smallestDetectableDrop([estimate(1, known)], RULE)).toBeCloseTo(2.7729 + 1.8808, 2);
    expect(smallestDetectableDrop([estimate(0.01, known)], RULE)).toBeCloseTo(0.5 + 0.0188, 3);
  });

  test("is above the tolerance, grows with the error and shrinks with the degrees of freedom", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 5, noNaN: true }),
        fc.integer({ min: 1, max: 30 }),
        (error, degrees) => {
          const detectable = (scale: number, freedom: number) =>
            smallestDetectableDrop([{ ...estimate(scale, freedom), most: Number.POSITIVE_INFINITY }], RULE) ??
            0;
          const smallest = detectable(error, degrees);
          expect(smallest).toBeGreaterThan(RULE.tolerance);
          expect(detectable(1.1 * error, degrees)).toBeGreaterThanOrEqual(smallest);
          expect(detectable(error, degrees + 1)).toBeLessThanOrEqual(smallest * 1.001);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("is nothing where it would be more than there is to lose", () => {
    // One degree of freedom: t(.05 / 18) is 115.
    expect(smallestDetectableDrop([estimate(1, 1)], RULE)).toBeNull();
    expect(smallestDetectableDrop([estimate(1, 1), estimate(1, 30)], RULE)).toBeLessThan(97);
    const two = (accuracies: readonly number[]): Sample => {
      const values = new Map(accuracies.map((value, seed) => [seed, value]));
      const scale = differenceScale(accuracy, null);
      return { baseline: values, results: values, testExamples: 1000, scale, paired: false };
    };
    const [estimated] = dropEstimates(two([60, 70]));
    expect(estimated?.most).toBe(65);
    expect(smallestDetectableDrop(dropEstimates(two([60, 70])), RULE)).toBeNull();
  });

  test("a drop of the printed size is caught in 95 of 100 repetitions", () => {
    const stream = randomStream(3, "detectable");
    const draw = (firstSeed: number) =>
      new Map(Array.from({ length: 5 }, (_, i) => [firstSeed + i, 97 + 0.5 * stream.normal()]));
    const repetitions = Array.from(
      { length: 1000 },
      (): Sample => ({
        baseline: draw(0),
        results: draw(10),
        testExamples: 10_000,
        scale: differenceScale(accuracy, null),
        paired: false,
      }),
    );
    const rule = { level: 0.05, tolerance: 0.5 };
    const printed =
      repetitions.reduce(
        (sum, sample) => sum + (smallestDetectableDrop(dropEstimates(sample), rule) ?? 0),
        0,
      ) / 1000;
    const caught = repetitions.filter((sample) => {
      const results = new Map([...sample.results].map(([seed, value]) => [seed, value - printed]));
      const [verdict] = testDrops([{ ...sample, results }], { alpha: rule.level, tolerance: rule.tolerance });
      return verdict?.verdict === "regression";
    });
    expect(caught.length).toBeGreaterThanOrEqual(950);
    expect(caught.length).toBeLessThan(995);
  });
});
