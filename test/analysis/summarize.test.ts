import { describe, expect, it } from "vitest";
import { summarize } from "../../src/analysis/summarize.ts";
import { regressionRow, resultRow } from "../support/result-rows.ts";

const diverged = {
  status: "diverged",
  baseline_accuracy: null,
  pruned_accuracy: null,
  accuracy: null,
  accuracy_drop: null,
  baseline_loss: null,
  pruned_loss: null,
  loss: null,
} as const;

describe("summarize", () => {
  it("gives one row a method and sparsity, in the order of the results", () => {
    const rows = ["b", "a"].flatMap((method) =>
      [0.5, 0].flatMap((target_sparsity) =>
        [0, 1].map((seed) => resultRow({ method, target_sparsity, seed })),
      ),
    );
    expect(summarize(rows).map(({ method, target_sparsity, n }) => [method, target_sparsity, n])).toEqual([
      ["b", 0.5, 2],
      ["b", 0, 2],
      ["a", 0.5, 2],
      ["a", 0, 2],
    ]);
  });

  it("takes mean, standard deviation and interval over the seeds", () => {
    const [row] = summarize([0.96, 0.97, 0.98].map((accuracy, seed) => resultRow({ seed, accuracy })));
    expect(row?.accuracy_mean).toBeCloseTo(0.97, 12);
    expect(row?.accuracy_std).toBeCloseTo(0.01, 12);
    // By hand: logit(0.97) = 3.476099; 4.302653 x 0.01 / sqrt(3) / (0.97 x 0.03) = 0.853647.
    expect(row?.accuracy_ci95_low).toBeCloseTo(0.932292, 5);
    expect(row?.accuracy_ci95_high).toBeCloseTo(0.987, 5);
  });

  it("measures the drop from the dense control of the same seed, not from the baseline", () => {
    // The seeds differ by 2 points, their drops by 0.2: pairing keeps the interval narrow.
    const rows = [
      resultRow({ seed: 0, target_sparsity: 0, accuracy: 0.97, baseline_accuracy: 0.9 }),
      resultRow({ seed: 1, target_sparsity: 0, accuracy: 0.99, baseline_accuracy: 0.9 }),
      resultRow({ seed: 1, target_sparsity: 0.9, accuracy: 0.978 }),
      resultRow({ seed: 0, target_sparsity: 0.9, accuracy: 0.96 }),
    ];
    const [control, pruned] = summarize(rows);
    expect(control).toMatchObject({
      drop_from_dense_control_mean: 0,
      drop_from_dense_control_ci95_low: 0,
      drop_from_dense_control_ci95_high: 0,
    });
    // Drops 1.2 and 1.0: mean 1.1, half width 12.706205 x 0.141421 / sqrt(2) = 1.270620
    expect(pruned?.drop_from_dense_control_mean).toBeCloseTo(1.1, 9);
    expect(pruned?.drop_from_dense_control_ci95_low).toBeCloseTo(-0.17062, 5);
    expect(pruned?.drop_from_dense_control_ci95_high).toBeCloseTo(2.37062, 5);
  });

  it("has no drop without a sparsity 0, and none for a seed whose control diverged", () => {
    expect(summarize([resultRow({})])[0]?.drop_from_dense_control_mean).toBeNull();
    const rows = [
      resultRow({ seed: 0, target_sparsity: 0, ...diverged }),
      resultRow({ seed: 1, target_sparsity: 0, accuracy: 0.98 }),
      resultRow({ seed: 0, target_sparsity: 0.9, accuracy: 0.5 }),
      resultRow({ seed: 1, target_sparsity: 0.9, accuracy: 0.97 }),
    ];
    expect(summarize(rows)[1]?.drop_from_dense_control_mean).toBeCloseTo(1, 9);
  });

  it("has no spread for a single seed", () => {
    expect(summarize([resultRow({})])[0]).toMatchObject({
      n: 1,
      accuracy_mean: 0.978,
      accuracy_std: null,
      accuracy_ci95_low: null,
      accuracy_ci95_high: null,
      pruned_accuracy_std: null,
      loss_std: null,
    });
  });

  it("leaves diverged runs out of the measures and counts collapsed ones in", () => {
    const [row] = summarize([
      resultRow({ seed: 0, accuracy: 0.9 }),
      resultRow({ seed: 1, accuracy: 0.1, status: "collapsed" }),
      resultRow({ seed: 2, ...diverged }),
    ]);
    expect(row).toMatchObject({ n: 2, diverged: 1, collapsed: 1, accuracy_mean: 0.5, sparsity: 0.5 });
  });

  it("is empty where every run diverged or the task is a regression", () => {
    expect(summarize([resultRow(diverged)])[0]).toMatchObject({ n: 0, accuracy_mean: null, loss_mean: null });
    const regression = {
      baseline_accuracy: null,
      pruned_accuracy: null,
      accuracy: null,
      accuracy_drop: null,
    };
    expect(summarize([resultRow({ ...regression, loss: 0.25 })])[0]).toMatchObject({
      n: 1,
      accuracy_mean: null,
      drop_from_dense_control_mean: null,
      loss_mean: 0.25,
    });
  });

  it("has, of a regression, intervals and rises of its loss, and no such columns of a classification", () => {
    const at = (target_sparsity: number, losses: readonly number[]) =>
      losses.map((loss, seed) =>
        regressionRow({ target_sparsity, seed, loss, baseline_loss: 0.5, pruned_loss: 2 * loss }),
      );
    const [, pruned] = summarize([...at(0, [0.4, 0.4]), ...at(0.9, [0.5, 0.6])]);
    expect(pruned).toMatchObject({ baseline_loss_mean: 0.5, accuracy_mean: null });
    expect(pruned?.pruned_loss_mean).toBeCloseTo(1.1, 12);
    // Of 0.4, 0.1 and 0.2 are 25 and 50%.
    expect(pruned?.rise_from_dense_control_mean).toBeCloseTo(37.5, 9);
    expect(pruned?.rise_from_dense_control_ci95_low).toBeLessThan(25);
    expect(pruned?.loss_ci95_low).toBeLessThan(0.5);
    expect(pruned?.loss_ci95_high).toBeGreaterThan(0.6);
    expect(Object.keys(summarize([resultRow({})])[0] ?? {})).not.toContain("loss_ci95_low");
  });
});
