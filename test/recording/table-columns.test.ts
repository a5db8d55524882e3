import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatCsv } from "../../src/recording/csv.ts";
import { parseTable } from "../../src/recording/csv-reader.ts";
import { builtInColumnNames, ownColumnNames } from "../../src/recording/table-columns.ts";
import { resultRow } from "../support/result-rows.ts";

const scored = (baseline: number | null, pruned: number | null, recovered: number | null) => ({
  ...resultRow({}),
  baseline_score: baseline,
  pruned_score: pruned,
  score: recovered,
});
const table = formatCsv("results", [scored(0.25, null, 1.5)], ["score"]);
const read = (text: string, expected: readonly string[] = []) =>
  parseTable("results", text, "scored.csv", expected);

describe("columns of a metric of the user's own", () => {
  test("stand at the end, and empty cells where a row has none", () => {
    const [header = "", line = ""] = table.split("\n");
    expect(header).toMatch(/,status,baseline_score,pruned_score,score$/);
    expect(line).toMatch(/,ok,0\.250000,,1\.500000$/);
    expect(formatCsv("results", [resultRow({})], ["score"]).split("\n")[1]).toMatch(/,ok,,,$/);
    expect(formatCsv("results", [scored(1, 1, 1)])).toBe(formatCsv("results", [resultRow({})]));
  });

  test("come back, whether they are expected or not", () => {
    for (const expected of [[], ["score"]]) {
      const { rows, ownMetrics } = read(table, expected);
      expect(rows.map(({ row }) => row)).toEqual([scored(0.25, null, 1.5)]);
      expect(ownMetrics).toEqual(["score"]);
    }
    const { ownMetrics } = read(formatCsv("results", [resultRow({})], ["score", "points"]), ["points"]);
    expect(ownMetrics).toEqual(["points", "score"]);
  });

  test("have six digits of a value of any magnitude", () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(finite, (value) => {
        const { rows } = read(formatCsv("results", [scored(null, null, value)], ["score"]));
        const [written = Number.NaN] = rows.map(({ row }) => Number(Object.entries(row).at(-1)?.[1]));
        expect(Math.abs(written - value)).toBeLessThanOrEqual(
          Math.max(5e-6 * Math.abs(value), Number.MIN_VALUE),
        );
      }),
    );
  });

  test("are all there or none is read", () => {
    const without = table.replace("pruned_score", "prune_score");
    expect(() => read(without)).toThrow(
      "scored.csv, line 1: there is no column 'baseline_score'; there is no column 'prune_score'; there is no column 'score'.",
    );
    expect(() => read(table, ["points"])).toThrow(
      "scored.csv has no column of the metric points, which its config has",
    );
    expect(() => read(without, ["score"])).toThrow(
      "scored.csv, line 1: the column 'pruned_score' is missing; there is no column 'prune_score' (did you mean 'pruned_score'?).",
    );
    expect(() => read(table.replace(",status", ",status,notes"))).toThrow("there is no column 'notes'");
    expect(() => read(table.replace("1.500000", "good"))).toThrow("line 2: score is 'good', not a number");
  });

  test("are told apart from those that every table has", () => {
    expect(ownColumnNames("score")).toEqual([
      "baseline_score",
      "pruned_score",
      "score",
      "score_mean",
      "score_std",
      "score_ci95_low",
      "score_ci95_high",
    ]);
    const names = builtInColumnNames();
    expect(ownColumnNames("accuracy").filter((name) => names.has(name))).toHaveLength(7);
  });
});
