import { describe, expect, it } from "vitest";
import { sweepDifferences } from "../../src/analysis/sweep-differences.ts";
import { accuracy } from "../../src/metrics/accuracy.ts";
import { loss } from "../../src/metrics/loss.ts";
import { resultRow } from "../support/result-rows.ts";

const rows = (accuracies: readonly number[], change: Parameters<typeof resultRow>[0] = {}) =>
  accuracies.map((value, seed) => resultRow({ seed, accuracy: value, loss: 1 - value, ...change }));

describe("sweepDifferences", () => {
  it("pairs by method, sparsity and seed, with the interval and p-value of a paired t test", () => {
    const found = sweepDifferences(
      [
        { name: "a", rows: rows([0.9, 0.92, 0.94]) },
        { name: "b", rows: rows([0.91, 0.94, 0.97]) },
      ],
      accuracy,
    );
    // Differences 1, 2, 3: mean 2, deviation 1, t = 2 sqrt(3) = 3.4641 with 2 degrees of freedom.
    expect(found).toHaveLength(1);
    const [{ difference, pValue, study, reference } = {} as never] = found;
    expect([study, reference]).toEqual(["b", "a"]);
    expect(difference.mean).toBeCloseTo(2, 10);
    expect(difference.ci95?.low).toBeCloseTo(2 - 4.302653 / Math.sqrt(3), 5);
    expect(pValue).toBeCloseTo(0.0741799, 6);
  });

  it("gives no interval beyond what there is to lose or to gain", () => {
    const [found] = sweepDifferences(
      [
        { name: "a", rows: rows([0.9, 0.5]) },
        { name: "b", rows: rows([0.5, 0.7]) },
      ],
      accuracy,
    );
    expect(found?.difference.ci95?.low).toBeCloseTo(-70, 8);
    expect(found?.difference.ci95?.high).toBeCloseTo(30, 8);
  });

  it("corrects for all points together, and takes only seeds that both have", () => {
    const far = { target_sparsity: 0.9 };
    const found = sweepDifferences(
      [
        { name: "a", rows: [...rows([0.9, 0.92, 0.94]), ...rows([0.8, 0.8, 0.81], far)] },
        { name: "b", rows: [...rows([0.91, 0.94, 0.97, 0.5]), ...rows([0.7, 0.7, 0.72], far)] },
      ],
      accuracy,
    );
    expect(found.map(({ difference }) => difference.n)).toEqual([3, 3]);
    expect(found[0]?.pValue).toBeCloseTo(0.0741799, 6);
    expect(found[1]?.pValue).toBeLessThan(0.01);
  });

  it("is better where a loss is lower, in percent of the first sweep's", () => {
    const [found] = sweepDifferences(
      [
        { name: "a", rows: rows([0.9, 0.9]) },
        { name: "b", rows: rows([0.92, 0.92]) },
      ],
      loss,
    );
    expect(found?.difference.mean).toBeCloseTo(20, 8);
    expect(found?.pValue).toBe(0);
  });

  it("knows no p-value from one seed, and nothing without a method, sparsity and seed in common", () => {
    const a = { name: "a", rows: rows([0.9]) };
    expect(sweepDifferences([a, { name: "b", rows: rows([0.8]) }], accuracy)[0]?.pValue).toBeNull();
    expect(sweepDifferences([a, { name: "b", rows: rows([0.8], { seed: 7 }) }], accuracy)).toEqual([]);
    expect(sweepDifferences([a, { name: "b", rows: rows([0.8], { method: "own" }) }], accuracy)).toEqual([]);
    expect(sweepDifferences([a], accuracy)).toEqual([]);
  });
});
