import { describe, expect, test } from "vitest";
import { compareEveryCell, compareExactly, isIdentical } from "../../../src/analysis/gate/exact-columns.ts";
import type { ResultRow } from "../../../src/recording/rows.ts";
import { resultRow } from "../../support/result-rows.ts";

const point = (baseline: readonly Partial<ResultRow>[], results: readonly Partial<ResultRow>[]) => ({
  key: resultRow({}),
  baseline: baseline.map(resultRow),
  results: results.map(resultRow),
});

describe("compareExactly", () => {
  test("counts and status have to be those of the baseline, whatever the seed", () => {
    const { differences } = compareExactly(
      point(
        [{ seed: 0 }, { seed: 1 }],
        [
          { seed: 7, nonzero_parameters: 266_610, sparsity: 0 },
          { seed: 8, status: "collapsed" },
        ],
      ),
    );
    expect(differences).toEqual([
      { column: "sparsity", baseline: "0.5", results: "0", seeds: [7] },
      { column: "nonzero_parameters", baseline: "133510", results: "266610", seeds: [7] },
      { column: "status", baseline: "ok", results: "collapsed", seeds: [8] },
    ]);
  });

  test("several values are told as their range", () => {
    const { differences } = compareExactly(
      point(
        [{ seed: 0 }, { seed: 1 }],
        [
          { seed: 0, nonzero_parameters: 200_000 },
          { seed: 1, nonzero_parameters: 190_000 },
        ],
      ),
    );
    expect(differences).toEqual([
      { column: "nonzero_parameters", baseline: "133510", results: "190000 to 200000", seeds: [0, 1] },
    ]);
  });

  test("accuracies are no part of it", () => {
    expect(compareExactly(point([{ accuracy: 0.9 }], [{ accuracy: 0.2 }])).differences).toEqual([]);
  });

  test("what depends on the weights is compared by seed, given the same dense network", () => {
    const baseline = [
      { seed: 0, macs: 100, baseline_loss: 0.08 },
      { seed: 1, macs: 110, baseline_loss: 0.09 },
    ];
    expect(compareExactly(point(baseline, baseline))).toEqual({ differences: [], unverified: [] });
    expect(
      compareExactly(point(baseline, [{ seed: 1, macs: 111, baseline_loss: 0.09 }])).differences,
    ).toEqual([{ column: "macs", baseline: "110", results: "111", seeds: [1] }]);
    const other = point(baseline, [{ seed: 1, macs: 111, baseline_loss: 0.0901 }]);
    expect(compareExactly(other)).toEqual({ differences: [], unverified: ["macs"] });
  });

  test("one seed does not show whether macs are the same for all", () => {
    const single = point([{ seed: 0, macs: 100 }], [{ seed: 1, macs: 101, baseline_loss: 0.1 }]);
    expect(compareExactly(single)).toEqual({ differences: [], unverified: ["macs"] });
  });
});

test("compareEveryCell finds any cell of a seed that both sides have", () => {
  expect(
    compareEveryCell(
      point([{ seed: 0 }, { seed: 1 }], [{ seed: 0, loss: 0.085001, compression: null }, { seed: 2 }]),
    ),
  ).toEqual([
    { column: "compression", baseline: "1.996929", results: "empty", seeds: [0] },
    { column: "loss", baseline: "0.085", results: "0.085001", seeds: [0] },
  ]);
});

test("isIdentical: every seed of the results has the baseline's measures, under whatever name", () => {
  const before = [{ seed: 0 }, { seed: 1, loss: 0.1 }, { seed: 2 }];
  expect(isIdentical(point(before, [{ seed: 1, loss: 0.1, study: "renamed" }]))).toBe(true);
  expect(isIdentical(point(before, [{ seed: 1, loss: 0.100001 }]))).toBe(false);
  expect(isIdentical(point(before, [{ seed: 0 }, { seed: 3 }]))).toBe(false);
});

test("a hundred thousands of seeds that differ are a range", () => {
  const seeds = Array.from({ length: 200_000 }, (_, seed) => seed);
  const rows = seeds.map((seed) => ({ seed, macs: 1000 + seed }));
  const { differences } = compareExactly(point([{ seed: 0 }, { seed: -1 }], rows));
  expect(differences).toMatchObject([{ column: "macs", results: "1000 to 200999" }]);
});
