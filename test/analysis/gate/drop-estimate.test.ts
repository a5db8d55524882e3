import { describe, expect, test } from "vitest";
import { dropEstimates, type Sample, strongest } from "../../../src/analysis/gate/drop-estimate.ts";
import { pairedDifferences } from "../../../src/analysis/statistics/seed-values.ts";
import { accuracy } from "../../../src/metrics/accuracy.ts";
import { differenceScale } from "../../../src/metrics/difference.ts";
import { loss } from "../../../src/metrics/loss.ts";

const bySeed = (values: readonly number[], firstSeed = 0) =>
  new Map(values.map((value, i) => [firstSeed + i, value]));

const sample = (
  baseline: readonly number[],
  results: readonly number[],
  changes: Partial<Sample> = {},
): Sample => ({
  scale: differenceScale(accuracy, null),
  baseline: bySeed(baseline),
  results: bySeed(results),
  testExamples: 10_000,
  paired: true,
  ...changes,
});

describe("dropEstimates", () => {
  test("pairs: mean, error and degrees of freedom of the differences", () => {
    // Differences 1, 2, 3: mean 2, deviation 1, error 1 / sqrt(3)
    const [pairs] = dropEstimates(sample([97, 98, 96], [96, 96, 93]));
    expect(pairs).toMatchObject({ by: "pairs", drop: 2, degreesOfFreedom: 2 });
    expect(pairs?.standardError).toBeCloseTo(1 / Math.sqrt(3), 12);
  });

  test("groups: the two-sample t of Student with the variance pooled", () => {
    // Squares 2 and 8 over 4 degrees of freedom: deviation sqrt(2.5), error sqrt(2.5 x 2 / 3)
    const [groups, ...others] = dropEstimates(sample([96, 97, 98], [93, 95, 97], { paired: false }));
    expect(others).toEqual([]);
    expect(groups).toMatchObject({ by: "groups", drop: 2, degreesOfFreedom: 4 });
    expect(groups?.standardError).toBeCloseTo(Math.sqrt(2.5 * (2 / 3)), 12);
  });

  test("a single result against many seeds has their spread", () => {
    const [groups] = dropEstimates(sample([96, 97, 98], [95], { paired: false }));
    expect(groups).toMatchObject({ by: "groups", drop: 2, degreesOfFreedom: 2 });
    expect(groups?.standardError).toBeCloseTo(Math.sqrt(1 + 1 / 3), 12);
  });

  test("seeds that only one side has count in the groups alone", () => {
    const shared = sample([97, 98, 96, 99], [96, 96, 93], {});
    const ways = dropEstimates(shared);
    expect(ways.map(({ by, drop }) => [by, drop])).toEqual([
      ["pairs", 2],
      ["groups", 97.5 - 95],
    ]);
  });

  test("two pairs say nothing that the groups do not", () => {
    expect(dropEstimates(sample([97, 98], [96, 96.5])).map(({ by }) => by)).toEqual(["groups"]);
  });

  test("one seed a side: the binomial error of both test sets, and an assumed deviation of 1 point", () => {
    const [only] = dropEstimates(sample([90], [88]));
    expect(only).toMatchObject({ by: "test set", drop: 2, degreesOfFreedom: Number.POSITIVE_INFINITY });
    // 100^2 (.9 x .1 + .88 x .12) / 10000 + 2 x 1^2 = 2.1956
    expect(only?.standardError).toBeCloseTo(Math.sqrt(2.1956), 3);
  });

  test("no spread at all: the binomial error, also of 100%", () => {
    const [only] = dropEstimates(sample([100, 100, 100], [98, 98, 98], { testExamples: 1000 }));
    expect(only?.by).toBe("test set");
    expect(only?.standardError).toBeCloseTo(Math.sqrt(0.001 * 10 + (100 ** 2 * 0.98 * 0.02) / 1000), 1);
  });

  test("one loss a side: the error of means of squares, and an assumed deviation of 10%", () => {
    // Of a baseline of 0.04: -100 and -110. 100^2 x 2 / 200 + 110^2 x 2 / 200 + 10^2 + 11^2 = 442
    const scale = differenceScale(loss, 0.04);
    const [only] = dropEstimates(sample([-100], [-110], { scale, testExamples: 200 }));
    expect(only).toMatchObject({ by: "test set", drop: 10 });
    expect(only?.standardError).toBeCloseTo(Math.sqrt(442), 9);
  });

  test("a loss of 0 has an error too", () => {
    const scale = differenceScale(loss, 0);
    const [only] = dropEstimates(sample([0, 0], [0, 0], { scale }));
    expect(only?.drop).toBe(0);
    expect(only?.standardError).toBeGreaterThan(0);
  });

  test("a metric that says nothing of the test set has the assumed deviation alone", () => {
    const scale = differenceScale({ ...accuracy, testSet: undefined }, null);
    expect(dropEstimates(sample([97, 97], [96, 96], { scale }))[0]?.standardError).toBeCloseTo(
      Math.SQRT2,
      12,
    );
  });

  test("pairs that all differ by the same are as exact as rounding lets them be", () => {
    const ways = dropEstimates(sample([97.1, 97.2, 97.3], [97, 97.1, 97.2]));
    const [pairs] = ways;
    expect(ways.map(({ by }) => by)).toEqual(["pairs", "groups"]);
    expect(pairs?.drop).toBeCloseTo(0.1, 9);
    // Of the difference of two accuracies over so many test examples, each rounded.
    expect(pairs?.standardError).toBeCloseTo(100 / 10_000 / Math.sqrt(6) / Math.sqrt(3), 9);
  });

  test("an empty side has no estimate", () => {
    expect(dropEstimates(sample([], [97]))).toEqual([]);
  });
});

describe("strongest", () => {
  test("takes the smaller p-value and counts it twice", () => {
    // Pairs: t = 2 sqrt(3) with 2 degrees, p = .0371. Groups: squares 2 and 6, t = 2 / (sqrt(2) sqrt(2 / 3)) with 4
    // degrees, p = .0787. Twice the smaller:
    const test = strongest(dropEstimates(sample([97, 98, 96], [96, 96, 93])), "drop");
    expect(test?.estimate.by).toBe("pairs");
    expect(test?.pValue).toBeCloseTo(0.0742, 3);
  });

  test("a drop is no gain", () => {
    const estimates = dropEstimates(sample([97, 98, 96], [95, 96.1, 93.9]));
    expect(strongest(estimates, "drop")?.pValue).toBeLessThan(0.05);
    expect(strongest(estimates, "gain")?.pValue).toBe(1);
  });

  test("nothing comes of no estimate", () => {
    expect(strongest([], "drop")).toBeUndefined();
  });
});

test("pairedDifferences goes by seed, not by position", () => {
  const results = new Map([
    [2, 90],
    [0, 96],
  ]);
  expect(pairedDifferences(bySeed([97, 98, 95]), results)).toEqual([1, 5]);
});
