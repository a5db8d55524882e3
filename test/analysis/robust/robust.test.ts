import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { stratifiedBootstrap } from "../../../src/analysis/robust/bootstrap.ts";
import { interquartileMean } from "../../../src/analysis/robust/interquartile-mean.ts";
import { performanceProfile } from "../../../src/analysis/robust/performance-profile.ts";
import { probabilityOfImprovement } from "../../../src/analysis/robust/probability-of-improvement.ts";

/** By NumPy and SciPy: see robust.py beside it. */
const scipy = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../../fixtures/scipy/robust.json"), "utf8"),
) as {
  readonly first: readonly (readonly number[])[];
  readonly other: readonly (readonly number[])[];
  readonly interquartile: readonly { readonly values: readonly number[]; readonly mean: number }[];
  readonly iqm: { readonly value: number; readonly ci95: readonly [number, number] };
  readonly improvement: { readonly value: number; readonly ci95: readonly [number, number] };
  readonly profile: readonly { readonly score: number; readonly share: number }[];
};

test.each(scipy.interquartile)("the interquartile mean is SciPy's trim_mean: %o", ({ values, mean }) => {
  expect(interquartileMean(values)).toBeCloseTo(mean, 12);
});

describe("stratifiedBootstrap", () => {
  const iqm = (strata: readonly (readonly number[])[]) => interquartileMean(strata.flat());

  test("gives the interval that NumPy's draws give, to what 2000 draws leave open", () => {
    const { value, ci95 } = stratifiedBootstrap(scipy.first, iqm, "test");
    expect(value).toBeCloseTo(scipy.iqm.value, 12);
    const [low, high] = scipy.iqm.ci95;
    expect(Math.abs((ci95?.low ?? 0) - low)).toBeLessThan(0.1 * (high - low));
    expect(Math.abs((ci95?.high ?? 0) - high)).toBeLessThan(0.1 * (high - low));
  });

  test("is the same for the same values and purpose", () => {
    expect(stratifiedBootstrap(scipy.first, iqm, "a")).toEqual(stratifiedBootstrap(scipy.first, iqm, "a"));
    expect(stratifiedBootstrap(scipy.first, iqm, "a")).not.toEqual(
      stratifiedBootstrap(scipy.first, iqm, "b"),
    );
  });

  test("draws each stratum from itself alone", () => {
    // Without strata the mean of two groups that lie apart would vary with how many of each were drawn.
    const mean = (strata: readonly (readonly number[])[]) =>
      strata.flat().reduce((sum, value) => sum + value, 0) / strata.flat().length;
    const strata = [
      [0, 0, 0, 0],
      [1, 1, 1, 1],
    ];
    expect(stratifiedBootstrap(strata, mean, "test")).toEqual({ value: 0.5, ci95: { low: 0.5, high: 0.5 } });
  });

  test("has no interval where no stratum has two values", () => {
    expect(stratifiedBootstrap([[0.3], [0.5]], iqm, "test")).toEqual({ value: 0.4, ci95: null });
  });
});

describe("probabilityOfImprovement", () => {
  test("is the mean of SciPy's Mann-Whitney statistics over the pairs", () => {
    const { value, ci95 } = probabilityOfImprovement(scipy.first, scipy.other, "test");
    expect(value).toBeCloseTo(scipy.improvement.value, 12);
    const [low, high] = scipy.improvement.ci95;
    expect(Math.abs((ci95?.low ?? 0) - low)).toBeLessThan(0.1 * (high - low));
    expect(Math.abs((ci95?.high ?? 0) - high)).toBeLessThan(0.1 * (high - low));
  });

  test("is 1 where every run is better, one half of a method over itself, and counts equal runs by half", () => {
    expect(probabilityOfImprovement([[2, 3]], [[0, 1]], "test").value).toBe(1);
    expect(probabilityOfImprovement(scipy.first, scipy.first, "test").value).toBeCloseTo(0.5, 12);
    // Over (1, 1): 1 is equal, by half each; 2 is better.
    expect(probabilityOfImprovement([[1, 2]], [[1, 1]], "test").value).toBe(0.75);
  });
});

test("a performance profile is the share of runs above each score, each task with the same weight", () => {
  const scores = scipy.profile.map(({ score }) => score);
  for (const [i, { share }] of performanceProfile(scipy.first, scores).entries()) {
    expect(share).toBeCloseTo(scipy.profile[i]?.share ?? Number.NaN, 12);
  }
  expect(performanceProfile([[1], [0, 0, 2]], [0.5])).toEqual([{ score: 0.5, share: (1 + 1 / 3) / 2 }]);
});
