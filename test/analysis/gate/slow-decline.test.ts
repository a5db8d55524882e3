import { describe, expect, test } from "vitest";
import { type DeclineOptions, runsToTest, slowDeclines } from "../../../src/analysis/gate/slow-decline.ts";
import type { HistoryRun } from "../../../src/recording/check-history.ts";
import { historyRun } from "../../support/history-runs.ts";

const RULE: DeclineOptions = { alpha: 0.05, tolerance: 0.5 };
/** Small steps up and down that no two values share. */
const NOISE = [0.03, -0.05, 0.01, 0.06, -0.02, -0.04, 0.05, 0.02, -0.06, 0.04, -0.01, -0.03];
const wobble = (i: number) => (NOISE[i % NOISE.length] ?? 0) + i / 1e4;
const runs = (values: readonly number[], of: (i: number) => Partial<HistoryRun> = () => ({})) =>
  values.map((value, i) => historyRun({ "0": 97 + wobble(i + 5), "0.98": value }, of(i)));

const calm = Array.from({ length: 12 }, (_, i) => 93 + wobble(i));
const falling = Array.from({ length: 10 }, (_, i) => 93 - 0.3 * (i + 1) + wobble(i));

describe("slowDeclines", () => {
  test("finds ten drops of .3, each below the tolerance, and where they began", () => {
    const history = runs([...calm, ...falling], (i) => ({ commit: `c${i}` }));
    expect(slowDeclines(history.slice(0, 12), RULE)).toEqual([]);
    const [worst] = slowDeclines(history, RULE);
    expect(worst).toMatchObject({ curve: "global-magnitude", sparsity: 0.98, runs: 20 });
    expect(worst?.drop).toBeGreaterThan(2);
    expect(worst?.before).toBeCloseTo(93, 0);
    expect(Number(worst?.changedAt.commit?.slice(1))).toBeGreaterThanOrEqual(12);
  });

  test("finds no decline in what rises, in one drop, or in less than the tolerance", () => {
    expect(slowDeclines(runs(falling.toReversed()), RULE)).toEqual([]);
    expect(slowDeclines(runs([...calm, 91]), RULE)).toEqual([]);
    const slight = Array.from({ length: 20 }, (_, i) => 93 - 0.02 * i);
    expect(slowDeclines(runs(slight), RULE)).toEqual([]);
    expect(slowDeclines(runs(slight), { ...RULE, tolerance: 0.2 })).toHaveLength(1);
  });

  test("a value that did not move counts once", () => {
    const standing = runs([93, 93, 93, 93, 93, 93, 93, 93, 92, 92, 92, 92, 92, 92, 92, 92, 91, 91, 91, 91]);
    expect(slowDeclines(standing, RULE)).toEqual([]);
  });

  test("of a loss, a rise is a decline, in percent", () => {
    const history = Array.from({ length: 12 }, (_, i) =>
      historyRun({ "0": 0.05 + wobble(i) / 1000, "0.98": 0.1 + 0.005 * i }, { metric: "loss" }),
    );
    const [worst] = slowDeclines(history, { alpha: 0.05, tolerance: 2 });
    expect(worst).toMatchObject({ sparsity: 0.98 });
    expect(worst?.drop).toBeCloseTo((100 * (0.15 - 0.105)) / 0.105, 6);
  });

  test("runs with other seeds are another series, and so is what follows a restart", () => {
    const history = runs([...calm, ...falling]);
    const other = history.map((run, i) =>
      i < 17 ? { ...run, subject: { ...run.subject, seeds: [7] } } : run,
    );
    expect(runsToTest(other)).toHaveLength(5);
    expect(slowDeclines(other, RULE)).toEqual([]);
    const accepted = history.map((run, i) => ({ ...run, restart: i === 21 }));
    expect(runsToTest(accepted)).toHaveLength(1);
    expect(slowDeclines(accepted, RULE)).toEqual([]);
  });

  test("an area over other sparsities is another measure", () => {
    const history = runs([...calm, ...falling]).map((run, i) => ({
      ...run,
      curves: run.curves.map((curve) => ({
        ...curve,
        area: 90 - i,
        points: i === 21 ? [...curve.points, [0.99, 50] as [number, number]] : curve.points,
      })),
    }));
    expect(slowDeclines(history.slice(0, 21), RULE).map(({ sparsity }) => sparsity)).toContain(null);
    expect(slowDeclines(history, RULE).map(({ sparsity }) => sparsity)).not.toContain(null);
  });
});
