import { describe, expect, test } from "vitest";
import { type CompareOptions, compareCurves } from "../../../src/analysis/gate/compare-curves.ts";
import { type ComparedItem, isFinding } from "../../../src/analysis/gate/compared-item.ts";
import { metrics } from "../../../src/metrics/registry.ts";
import type { ResultRow } from "../../../src/recording/rows.ts";
import { ownMetric } from "../../support/own-metric.ts";
import { resultRow } from "../../support/result-rows.ts";

const OPTIONS: CompareOptions = {
  alpha: 0.05,
  tolerance: undefined,
  level: "error",
  allowMissing: false,
  exact: false,
  points: [],
};
const names = { baseline: "old.csv", results: "new.csv" };
const compare = (
  baseline: readonly ResultRow[],
  results: readonly ResultRow[],
  options: Partial<CompareOptions> = {},
) => compareCurves({ rows: baseline }, { rows: results }, { ...OPTIONS, ...options, names });

const NOISE = [0.0008, -0.0012, 0.0003, 0.0011, -0.001];

/** Two methods at three sparsities, five seeds; `change` may alter a row. */
function table(change: (row: ResultRow) => Partial<ResultRow> = () => ({}), firstSeed = 0): ResultRow[] {
  return ["l1-unstructured", "global-magnitude"].flatMap((method) =>
    [0, 0.9, 0.98].flatMap((sparsity) =>
      NOISE.map((noise, i) => {
        // The dense control is the same run under both methods.
        const level = sparsity === 0 ? 0.98 : 0.98 - (method === "l1-unstructured" ? 0.03 : 0.01) * sparsity;
        const row = resultRow({
          method,
          target_sparsity: sparsity,
          sparsity,
          seed: firstSeed + i,
          // Another noise at each sparsity and in each set of seeds.
          accuracy: level + noise * Math.cos(1 + 7 * sparsity + i * (1 + firstSeed)),
        });
        return { ...row, ...change(row) };
      }),
    ),
  );
}

const drop = (points: number, when: (row: ResultRow) => boolean) => (row: ResultRow) =>
  when(row) && row.accuracy !== null ? { accuracy: row.accuracy - points / 100 } : {};
const atEnd = (row: ResultRow) => row.method === "global-magnitude" && row.target_sparsity === 0.98;

describe("compareCurves", () => {
  test("identical tables are identical", () => {
    expect(compare(table(), table()).verdict).toBe("identical");
    expect(compare(table(), table(), { exact: true }).verdict).toBe("identical");
  });

  test("shared dense controls count once; each curve has its area", () => {
    const { items } = compare(table(), table());
    expect(items.filter(({ sparsity }) => sparsity === 0)).toHaveLength(1);
    expect(items.filter(({ sparsity }) => sparsity === null).map(({ curve }) => curve)).toHaveLength(2);
    expect(items).toHaveLength(5 + 2);
  });

  test("controls that differ count both", () => {
    const other = table((row) => (row.method === "global-magnitude" ? { loss: 0.2 } : {}));
    expect(compare(other, other).items.filter(({ sparsity }) => sparsity === 0)).toHaveLength(2);
  });

  test.each([
    ["the same seeds", table(drop(1, atEnd))],
    ["other seeds", table(drop(1, atEnd), 5)],
    ["another recipe", table((row) => ({ ...drop(1, atEnd)(row), recipe: "ffffffff" }))],
  ])("finds a drop of 1 point at one sparsity: %s", (_, results) => {
    const { verdict, items } = compare(table(), results, { allowMissing: "seeds" });
    expect(verdict).toBe("regression");
    const [worst, next] = items;
    expect(worst).toMatchObject({
      curve: "global-magnitude",
      sparsity: 0.98,
      verdict: "regression",
      testable: true,
    });
    expect(worst?.drop).toBeCloseTo(1, 0);
    expect(worst?.smallestDetectableDrop).toBeLessThan(1);
    expect(next?.verdict).toBe("no difference");
  });

  test("the same seeds on another recipe are no pairs, and it is told", () => {
    const { items, notes } = compare(
      table(),
      table((row) => ({ ...drop(0.001, () => true)(row), recipe: "ffffffff" })),
    );
    expect(new Set(items.map(({ by }) => by))).toEqual(new Set(["groups"]));
    expect(notes).toEqual([
      "The recipe differs: 0123abcd in the baseline, ffffffff now: other settings or data, so seeds are not compared in pairs.",
    ]);
  });

  describe("five of twenty seeds", () => {
    /** Twenty seeds whose first five happen to be the worst by far at one point. */
    const unlucky = drop(6, (row) => atEnd(row) && row.seed < 5);
    const spread = () => [0, 5, 10, 15].flatMap((first) => table(unlucky, first));
    const few = (rows: readonly ResultRow[]) => rows.filter(({ seed }) => seed < 5);

    test("seeds that one side lacks are an error, named, unless they may be missing", () => {
      expect(() => compare(spread(), few(spread()))).toThrow(
        "The seeds differ:\n  new.csv has no seeds 5 to 19, at all 6 points",
      );
      expect(() => compare(few(spread()), spread())).toThrow("old.csv has no seeds 5 to 19, at all 6 points");
      const hole = spread().filter((row) => !(atEnd(row) && row.seed === 3));
      expect(() => compare(spread(), hole)).toThrow(
        "new.csv has no seed 3, at 1 of 6 points, such as global-magnitude at sparsity 0.98",
      );
      for (const allowMissing of ["seeds", true] as const) {
        expect(compare(spread(), few(spread()), { allowMissing }).notes).toContain(
          "Not in pairs: new.csv has no seeds 5 to 19, at all 6 points.",
        );
      }
    });

    test("identical pairs are no drop, whatever the other seeds are like", () => {
      const { verdict, items } = compare(spread(), few(spread()), { allowMissing: "seeds" });
      expect(verdict).toBe("no regression");
      for (const item of items) {
        expect(item).toMatchObject({ verdict: "identical", drop: 0, by: "pairs", testable: true });
        expect(item.seeds).toEqual({ baseline: 20, results: 5, common: 5 });
      }
    });

    test("pairs that hardly differ show the drop of the pairs, not of the groups", () => {
      const touched = few(spread()).map((row) =>
        atEnd(row) && row.seed === 2 ? { ...row, accuracy: (row.accuracy ?? 0) - 0.001 } : row,
      );
      const { verdict, items } = compare(spread(), touched, { allowMissing: "seeds" });
      const item = items.find(({ curve, sparsity }) => curve === "global-magnitude" && sparsity === 0.98);
      expect(verdict).toBe("no regression");
      expect(item).toMatchObject({ verdict: "no difference", by: "pairs", testable: true });
      expect(item?.drop).toBeCloseTo(0.02, 6);
    });

    test("equal accuracies are no drop, though other cells differ", () => {
      const other = few(spread()).map((row) => ({ ...row, loss: 0.0850001 }));
      const { items } = compare(spread(), other, { allowMissing: "seeds" });
      for (const item of items) expect(item).toMatchObject({ by: "pairs", drop: 0, testable: true });
    });

    test("a drop of all pairs is found", () => {
      expect(
        compare(
          spread(),
          few(spread()).map((row) => ({ ...row, ...drop(1, atEnd)(row) })),
          { allowMissing: "seeds" },
        ).verdict,
      ).toBe("regression");
    });

    test("with exact, the rows of common seeds are compared, and there have to be some", () => {
      const options = { exact: true, allowMissing: "seeds" } as const;
      expect(compare(spread(), few(spread()), options)).toMatchObject({
        verdict: "identical",
        notes: ["Not compared: new.csv has no seeds 5 to 19, at all 6 points."],
      });
      expect(() =>
        compare(
          few(spread()),
          spread().filter(({ seed }) => seed >= 5),
          options,
        ),
      ).toThrow("no seed in common");
    });
  });

  describe("rules for points", () => {
    const lower = table(drop(1, atEnd));
    const end = { methods: ["global-magnitude"], sparsities: [0.98] };

    test("a tolerance for a method or a sparsity holds there alone", () => {
      expect(compare(table(), lower, { points: [{ ...end, tolerance: 1.5 }] }).verdict).toBe("no regression");
      expect(compare(table(), lower, { points: [{ sparsities: [0.98], tolerance: 1.5 }] }).verdict).toBe(
        "no regression",
      );
      expect(compare(table(), lower, { points: [{ sparsities: [0.9], tolerance: 1.5 }] }).verdict).toBe(
        "regression",
      );
      expect(compare(table(), lower, { tolerance: 2, points: [{ ...end, tolerance: 0.5 }] }).verdict).toBe(
        "regression",
      );
    });

    test("at level warn a regression and a change are told, and pass", () => {
      const { verdict, items } = compare(table(), lower, { points: [{ ...end, level: "warn" }] });
      expect(verdict).toBe("no regression");
      expect(items[0]).toMatchObject({ verdict: "regression", level: "warn", sparsity: 0.98 });
      const changed = table((row) => (atEnd(row) ? { nonzero_parameters: 266_610 } : {}));
      expect(compare(table(), changed, { level: "warn" }).verdict).toBe("no regression");
      expect(compare(table(), changed, { level: "warn", exact: true }).verdict).toBe("no regression");
    });

    test("of two rules for a point the later counts, and failures come before warnings", () => {
      const all = table(drop(1, ({ target_sparsity }) => target_sparsity === 0.98));
      const points = [{ level: "warn" as const }, { methods: ["l1-unstructured"], level: "error" as const }];
      const { verdict, items } = compare(table(), all, { points });
      expect(verdict).toBe("regression");
      expect(items[0]).toMatchObject({ curve: "l1-unstructured", level: "error" });
      expect(items.filter((item) => item.verdict === "regression").at(-1)?.level).toBe("warn");
    });

    test("a rule for the area is for no point; one that is for nothing is told", () => {
      const whole = table(drop(1, ({ method }) => method === "global-magnitude"));
      const { items } = compare(table(), whole, { points: [{ sparsities: ["area"], level: "warn" }] });
      expect(items.filter(({ level }) => level === "warn").map(({ sparsity }) => sparsity)).toEqual([
        null,
        null,
      ]);
      expect(compare(table(), lower, { points: [end, { methods: ["magnitude"] }] }).notes).toContain(
        "Rule 2 of check.points is for no point of these results.",
      );
    });
  });

  test("a drop over the whole curve is found in its area too", () => {
    const { items } = compare(table(), table(drop(1, ({ method }) => method === "global-magnitude")));
    expect(items.filter(({ verdict }) => verdict === "regression").map(({ sparsity }) => sparsity)).toContain(
      null,
    );
  });

  test("an exact column that changed fails, though the accuracy rose", () => {
    const results = table((row) =>
      atEnd(row) ? { ...drop(-2, atEnd)(row), nonzero_parameters: 266_610 } : {},
    );
    const { verdict, items } = compare(table(), results);
    expect(verdict).toBe("regression");
    expect(items[0]).toMatchObject({
      verdict: "changed",
      differences: [
        { column: "nonzero_parameters", baseline: "133510", results: "266610", seeds: [0, 1, 2, 3, 4] },
      ],
    });
  });

  test("improvements are told and pass", () => {
    const { verdict, items } = compare(table(), table(drop(-1, atEnd)));
    expect(verdict).toBe("no regression");
    expect(items.at(-1)).toMatchObject({ verdict: "improvement", sparsity: 0.98 });
  });

  test("a noisy point passes, but says that it cannot see", () => {
    const noisy = (row: ResultRow) =>
      atEnd(row) && row.accuracy !== null ? { accuracy: 0.6 + 40 * (row.accuracy - 0.97) } : {};
    const { verdict, items } = compare(table(noisy), table(noisy, 5), { allowMissing: "seeds" });
    const item = items.find(({ curve, sparsity }) => curve === "global-magnitude" && sparsity === 0.98);
    expect({ verdict, testable: item?.testable }).toEqual({ verdict: "no regression", testable: false });
    expect(item?.smallestDetectableDrop).toBeGreaterThan(2);
  });

  test("one seed is a weaker statement, and says so", () => {
    const single = (change?: (row: ResultRow) => Partial<ResultRow>) =>
      table(change).filter(({ seed }) => seed === 0);
    const small = compare(single(), single(drop(1, atEnd)));
    expect(small.verdict).toBe("no regression");
    const touched = small.items.filter((item) => item.verdict !== "identical");
    expect(touched).toHaveLength(2);
    expect(touched.every(({ by, testable }) => by === "test set" && !testable)).toBe(true);
    expect(small.notes.join()).toContain("a weaker statement");
    expect(compare(single(), single(drop(20, atEnd))).verdict).toBe("regression");
  });

  test("diverged runs have no accuracy; as many as before is no change", () => {
    const diverging = table((row) =>
      atEnd(row) && row.seed < 2 ? { status: "diverged", accuracy: null, loss: null } : {},
    );
    const item = compare(diverging, diverging).items.find(
      (i) => i.curve === "global-magnitude" && i.sparsity === 0.98,
    );
    expect(item).toMatchObject({ verdict: "identical", seeds: { baseline: 3, results: 3, common: 3 } });
    expect(compare(table(), diverging).items[0]).toMatchObject({ verdict: "changed" });
    const gone = table((row) => (atEnd(row) ? { status: "diverged", accuracy: null, loss: null } : {}));
    expect(compare(gone, gone).items.find(({ verdict }) => verdict === "untested")).toBeDefined();
  });

  test("results without any value are compared exactly or not at all", () => {
    const nothing = table(() => ({ status: "diverged", accuracy: null, loss: null }));
    const nouns = metrics.list().map(({ noun }) => noun);
    expect(() => compare(nothing, nothing)).toThrow(
      `new.csv and old.csv hold no ${nouns.join(" and no ")}, and so nothing to test.`,
    );
    expect(compare(nothing, nothing, { exact: true }).verdict).toBe("identical");
  });

  test("exact: the last digit of any cell counts", () => {
    const results = table((row) => (atEnd(row) && row.seed === 3 ? { loss: 0.085001 } : {}));
    expect(compare(table(), results).verdict).toBe("no regression");
    const exact = compare(table(), results, { exact: true });
    expect(exact.verdict).toBe("regression");
    expect(exact.items[0]).toMatchObject({
      verdict: "changed",
      differences: [{ column: "loss", baseline: "0.085", results: "0.085001", seeds: [3] }],
    });
  });

  test("curves are named by what tells them apart", () => {
    const twoModels = [...table(), ...table(() => ({ model: "lenet-5" }))];
    const { curves } = compare(twoModels, twoModels);
    expect(curves.map(({ curve }) => curve)).toEqual([
      "l1-unstructured, mlp",
      "global-magnitude, mlp",
      "l1-unstructured, lenet-5",
      "global-magnitude, lenet-5",
    ]);
  });
});

describe("compareCurves of a regression", () => {
  /** The losses of a table: around 0.1 at sparsity 0, 5% apart between seeds of one point, more when pruned. */
  const losses = (change: (row: ResultRow) => Partial<ResultRow> = () => ({}), firstSeed = 0) =>
    table((row) => {
      const loss = 0.1 * (1 + row.target_sparsity) * (1 + 2000 * ((row.accuracy ?? 0) % 0.00001));
      const values = { ...row, baseline_accuracy: null, pruned_accuracy: null, accuracy: null, loss };
      return { ...values, ...change(values) };
    }, firstSeed);
  const risen = (percent: number, when: (row: ResultRow) => boolean) => (row: ResultRow) =>
    when(row) && row.loss !== null ? { loss: row.loss * (1 + percent / 100) } : {};

  test("a re-run is identical", () => {
    expect(compare(losses(), losses())).toMatchObject({ verdict: "identical", metric: "loss", tolerance: 2 });
  });

  test.each([
    ["the same seeds", losses(risen(20, atEnd))],
    ["other seeds", losses(risen(20, atEnd), 5)],
  ])("finds a rise of the loss at one sparsity: %s", (_, results) => {
    const { verdict, items } = compare(losses(), results, { allowMissing: "seeds" });
    expect(verdict).toBe("regression");
    expect(items[0]).toMatchObject({ curve: "global-magnitude", sparsity: 0.98, verdict: "regression" });
    // In percent of the baseline's loss, of which the means are shown.
    const { baseline, results: now, drop } = items[0] ?? {};
    expect(baseline).toBeGreaterThan(0.19);
    expect(drop).toBeCloseTo(100 * ((now ?? 0) / (baseline ?? 1) - 1), 9);
    expect(items.filter((item) => item.verdict === "regression" && item.sparsity !== null)).toHaveLength(1);
  });

  test("a lower loss is an improvement and passes", () => {
    const { verdict, items } = compare(losses(), losses(risen(-20, atEnd)));
    expect(verdict).toBe("no regression");
    expect(items.at(-1)).toMatchObject({ verdict: "improvement", sparsity: 0.98 });
  });

  test("a significant rise within the tolerance passes", () => {
    const even = (row: ResultRow) => ({ loss: 0.1 + 1e-5 * row.seed });
    const slightly = (row: ResultRow) => ({ loss: 1.015 * (even(row).loss ?? 0) });
    expect(compare(losses(even), losses(slightly)).verdict).toBe("no regression");
    expect(compare(losses(even), losses(slightly), { tolerance: 1 }).verdict).toBe("regression");
  });

  test("one seed a side rests on an assumed deviation, and says so", () => {
    const single = (change?: (row: ResultRow) => Partial<ResultRow>) =>
      losses(change).filter(({ seed }) => seed === 0);
    const { verdict, notes } = compare(single(), single(risen(20, atEnd)));
    expect(verdict).toBe("no regression");
    expect(notes).toEqual([
      "Without a spread over the seeds, rises are held against the error of the test sets as if residuals were normal " +
        "(with one seed a side, and an assumed deviation of 10% between seeds): a weaker statement.",
    ]);
    expect(compare(single(), single(risen(100, atEnd))).verdict).toBe("regression");
  });
});

describe("metrics of one's own", () => {
  const score = ownMetric({ name: "score", formula: "1 - loss", bounds: [0, 1], digits: 4 });
  const cost = ownMetric({ name: "cost", formula: "loss / sparse_bytes", better: "lower" });
  /** Of each row, both in its own unit, with the noise of its accuracy. */
  const measured = (
    change: (row: ResultRow) => { score?: number; cost?: number } = () => ({}),
    firstSeed = 0,
  ) =>
    table(undefined, firstSeed).map((row) => {
      const own = { score: row.accuracy ?? 0, cost: 1e-8 * (1 + (row.accuracy ?? 0)) };
      return { ...row, ...own, ...change({ ...row, ...own }) };
    });
  const compareOwn = (
    baseline: readonly ResultRow[],
    results: readonly ResultRow[],
    options: Partial<CompareOptions> = {},
  ) =>
    compareCurves(
      { rows: baseline },
      { rows: results },
      { ...OPTIONS, ...options, names, ownMetrics: [score, cost] },
    );
  const worse = (row: ResultRow) =>
    atEnd(row) ? { score: (row as ResultRow & { score: number }).score - 0.02 } : {};

  test("are tested at every point and area like the primary one, all of them as one family", () => {
    const {
      items,
      metrics: compared,
      verdict,
    } = compareOwn(measured(), measured(undefined, 5), {
      allowMissing: "seeds",
    });
    expect(verdict).toBe("no regression");
    expect(compared.map(({ name }) => name)).toEqual(["accuracy", "score", "cost"]);
    expect(items).toHaveLength(3 * (5 + 2));
    for (const { name } of compared) expect(items.filter(({ metric }) => metric === name)).toHaveLength(7);
    // A p-value of Holm's method is at most the number of tests times what it was.
    const alone = compareCurves(
      { rows: measured() },
      { rows: measured(worse, 5).map((row) => ({ ...row, accuracy: (row.accuracy ?? 0) - 0.02 })) },
      { ...OPTIONS, allowMissing: "seeds", names },
    );
    const together = compareOwn(
      measured(),
      measured(undefined, 5).map((row) => ({ ...row, accuracy: (row.accuracy ?? 0) - 0.02 })),
      { allowMissing: "seeds" },
    );
    const least = (of: readonly ComparedItem[]) =>
      Math.min(...of.filter(({ metric }) => metric === "accuracy").map(({ pValue }) => pValue ?? 1));
    expect(least(together.items) / least(alone.items)).toBeCloseTo(3, 6);
  });

  test("fail the check where they alone got worse, and the item says which it is", () => {
    const { items, verdict } = compareOwn(measured(), measured(worse, 5), { allowMissing: "seeds" });
    expect(verdict).toBe("regression");
    expect(items.filter(isFinding)).toMatchObject([
      {
        metric: "score",
        curve: "global-magnitude",
        sparsity: 0.98,
        tolerance: 0.005,
        drop: expect.closeTo(0.02, 2),
      },
    ]);
    const dearer = compareOwn(
      measured(),
      measured((row) => (atEnd(row) ? { cost: 3e-8 } : {}), 5),
      { allowMissing: "seeds" },
    );
    expect(dearer.items.filter(isFinding)).toMatchObject([
      { metric: "cost", sparsity: 0.98 },
      { metric: "cost", sparsity: null },
    ]);
  });

  test("have a tolerance and a level of their own, from the metric or from a rule", () => {
    const check = (points: CompareOptions["points"], tolerance?: number) =>
      compareOwn(measured(), measured(worse, 5), { allowMissing: "seeds", points, tolerance });
    expect(check([{ metric: "score", tolerance: 0.1 }]).verdict).toBe("no regression");
    expect(check([{ metric: "score", level: "warn" }]).verdict).toBe("no regression");
    expect(check([{ metric: "cost", tolerance: 100 }]).verdict).toBe("regression");
    // In points of accuracy, which says nothing of a score.
    expect(check([{ tolerance: 50 }]).verdict).toBe("regression");
    expect(check([], 50).verdict).toBe("regression");
    expect(check([{ metric: "worth", tolerance: 1 }]).notes).toContain(
      "Rule 1 of check.points is for no point of these results.",
    );
  });

  test("are identical where the seeds are, and told once where a count has to be equal", () => {
    const changed = measured().map((row) => (atEnd(row) ? { ...row, macs: 1 } : row));
    const { items } = compareOwn(measured(), changed);
    expect(items.filter(({ verdict }) => verdict === "changed")).toMatchObject([{ metric: "accuracy" }]);
    const same = compareOwn(
      measured(),
      measured().map((row) => ({ ...row, recipe: "ffffffff" })),
    );
    expect(new Set(same.items.map(({ verdict }) => verdict))).toEqual(new Set(["identical"]));
  });

  test("are left out where neither side has a value, and no test of where one side has none", () => {
    const nothing = (rows: readonly ResultRow[]) => rows.map((row) => ({ ...row, score: null }));
    const neither = compareOwn(nothing(measured()), nothing(measured()));
    expect(neither.items.some(({ metric }) => metric === "score")).toBe(false);
    const one = compareOwn(measured(), nothing(measured()));
    expect(one.items.filter(({ metric }) => metric === "score").map(({ verdict }) => verdict)).toEqual(
      new Array(7).fill("untested"),
    );
  });

  test("are no finding with one seed a side, since nothing tells how much a formula varies", () => {
    const one = (rows: readonly ResultRow[], seed: number) => rows.filter((row) => row.seed === seed);
    const { items, notes, verdict } = compareOwn(
      one(measured(), 0),
      one(
        measured(() => ({ score: 0.1, cost: 1 }), 5),
        6,
      ),
      { allowMissing: "seeds" },
    );
    expect(verdict).toBe("no regression");
    for (const item of items.filter(({ metric }) => metric !== "accuracy")) {
      expect(item).toMatchObject({ verdict: "no difference", testable: false, smallestDetectableDrop: null });
    }
    expect(notes).toContain(
      "Without a spread over the seeds, nothing tells how much cost varies, and no rise of it can be seen.",
    );
  });

  test("are held against their margin where several seeds all have one value", () => {
    const fixed = (value: number) => () => ({ score: value, cost: value });
    const compared = (value: number) =>
      compareOwn(measured(fixed(0.95)), measured(fixed(value), 5), { allowMissing: "seeds" });
    const { items, notes } = compared(0.5);
    const found = items.filter(isFinding);
    expect(new Set(found.map(({ metric, by }) => `${metric} ${by}`))).toEqual(new Set(["score test set"]));
    expect(notes).toContain(
      "Without a spread over the seeds, drops of score are held against an assumed deviation of 0.01 between seeds: a weaker statement.",
    );
    expect(compared(0.94).items.filter(isFinding)).toEqual([]);
  });

  test("are found to differ in any digit with --exact", () => {
    const moved = measured((row) => (atEnd(row) && row.seed === 2 ? { score: 0.5 } : {}));
    const { items, verdict } = compareOwn(measured(), moved, { exact: true });
    expect(verdict).toBe("regression");
    expect(items[0]?.differences).toMatchObject([{ column: "score", results: "0.5", seeds: [2] }]);
  });
});
