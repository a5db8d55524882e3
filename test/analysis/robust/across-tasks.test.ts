import { describe, expect, test } from "vitest";
import { acrossTasks } from "../../../src/analysis/robust/across-tasks.ts";
import { resultRow } from "../../support/result-rows.ts";

/** Runs of a method on data whose dense networks have this accuracy, three seeds at each sparsity. */
const runs = (method: string, dense: number, losses: Readonly<Record<string, number>>) =>
  Object.entries(losses).flatMap(([sparsity, loss]) =>
    [0, 1, 2].map((seed) =>
      resultRow({
        method,
        seed,
        target_sparsity: Number(sparsity),
        baseline_accuracy: dense,
        accuracy: dense * (1 - loss) - 0.001 * seed,
      }),
    ),
  );

describe("acrossTasks", () => {
  const easy = [...runs("good", 0.98, { 0: 0, 0.9: 0.01 }), ...runs("bad", 0.98, { 0: 0, 0.9: 0.1 })];
  const hard = [...runs("good", 0.8, { 0: 0, 0.9: 0.01 }), ...runs("bad", 0.8, { 0: 0, 0.9: 0.1 })];
  const tasks = [
    { name: "easy", rows: easy },
    { name: "hard", rows: hard },
  ];

  test("scores are fractions of the dense network's value, so that data sets are alike", () => {
    const across = acrossTasks(tasks);
    const at = (method: string, sparsity: number) =>
      across?.points.find((point) => point.method === method && point.sparsity === sparsity);
    // .99 - .001 seed / dense, over seeds 0, 1, 2 of both, without one .99 and seed 2 of the hard one.
    const lost = 0.001 / 0.98 + 0.001 / 0.8 + 0.002 / 0.98;
    expect(at("good", 0.9)?.iqm.value).toBeCloseTo(0.99 - lost / 4, 10);
    expect(at("good", 0)?.runs).toBe(6);
    expect(across?.methods).toEqual(["good", "bad"]);
  });

  test("a method that is better in every run is so with probability 1, named first", () => {
    expect(acrossTasks(tasks)?.improvements).toEqual([
      { method: "good", over: "bad", probability: { value: 1, ci95: { low: 1, high: 1 } } },
    ]);
    const reversed = tasks.map(({ name, rows }) => ({ name, rows: [...rows].reverse() }));
    expect(acrossTasks(reversed)?.improvements).toEqual([
      { method: "good", over: "bad", probability: { value: 1, ci95: { low: 1, high: 1 } } },
    ]);
  });

  test("profiles end at 0, above the best run, and that of the better method is above", () => {
    const [good, bad] = acrossTasks(tasks)?.profiles ?? [];
    expect(good?.points.at(-1)?.share).toBe(0);
    for (const [i, { share }] of (good?.points ?? []).entries()) {
      expect(share).toBeGreaterThanOrEqual(bad?.points[i]?.share ?? 1);
    }
  });

  test("takes what all tasks have: a method or a sparsity of one alone is left out", () => {
    const more = [
      ...easy,
      ...runs("only-easy", 0.98, { 0: 0, 0.9: 0 }),
      ...runs("good", 0.98, { 0.99: 0.5 }),
    ];
    const across = acrossTasks([{ name: "easy", rows: more }, ...tasks.slice(1)]);
    expect(across?.methods).toEqual(["good", "bad"]);
    expect([...new Set(across?.points.map(({ sparsity }) => sparsity))]).toEqual([0, 0.9]);
  });

  test("counts diverged runs, which have no score", () => {
    const diverged = easy.map((row, i) =>
      i === 3 ? { ...row, status: "diverged" as const, accuracy: null } : row,
    );
    const across = acrossTasks([{ name: "easy", rows: diverged }, ...tasks.slice(1)]);
    expect(across?.diverged).toBe(1);
    expect(across?.points.map((point) => point.runs)).toEqual([6, 5, 6, 6]);
  });

  test("needs two tasks with something pruned in common", () => {
    expect(acrossTasks(tasks.slice(1))).toBeUndefined();
    const others = runs("another", 0.9, { 0.5: 0 });
    expect(acrossTasks([...tasks.slice(1), { name: "other", rows: others }])).toBeUndefined();
    const unpruned = hard.filter((row) => row.target_sparsity === 0);
    expect(acrossTasks([...tasks.slice(0, 1), { name: "unpruned", rows: unpruned }])).toBeUndefined();
  });

  test("of a loss, which is better low, the dense network's value is over the run's", () => {
    const loss = (dense: number) =>
      [0, 1].map((seed) =>
        resultRow({ seed, target_sparsity: 0.5, accuracy: null, baseline_loss: dense, loss: 2 * dense }),
      );
    const across = acrossTasks([
      { name: "a", rows: loss(0.1) },
      { name: "b", rows: loss(3) },
    ]);
    expect(across?.points[0]?.iqm.value).toBe(0.5);
  });
});
