import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../../src/foundations/paths.ts";
import { functions } from "../../../src/metrics/formula/functions.ts";
import { FIGURES } from "../../../src/metrics/formula/names.ts";
import type { FormulaOptions } from "../../../src/metrics/formula/options.ts";
import { type EmptyCell, formulaCells, parseFormulas } from "../../../src/metrics/formula/row.ts";
import type { ColumnSet } from "../../../src/recording/column.ts";
import { tables } from "../../../src/recording/columns.ts";
import { optionalColumns } from "../../../src/recording/optional-columns.ts";
import { regressionRow, resultRow } from "../../support/result-rows.ts";

const entry = (name: string, formula: string): FormulaOptions => ({
  name,
  formula,
  better: "higher",
  bounds: [null, null],
  digits: null,
  tolerance: null,
});
const cellsOf = (row: object, ...formulas: readonly FormulaOptions[]) => {
  const empty: EmptyCell[] = [];
  const cells = formulaCells(row, parseFormulas(formulas), (found) => empty.push(found));
  return { cells, empty };
};

test("the figures are the columns of numbers, and mse", () => {
  const groups: readonly ColumnSet[] = [
    tables.results,
    // Those of pairs of networks on the same examples are of no single one.
    ...(optionalColumns.results ?? []).filter((columns) => !("mcnemar_p" in columns)),
  ];
  const numbers = groups.flatMap((columns) =>
    Object.entries(columns).filter(([, { format }]) => format !== "text"),
  );
  const columns = numbers.map(([name]) => name).filter((name) => name !== "seed");
  expect(FIGURES.toSorted()).toEqual([...columns, "mse"].sort());
});

test("docs/metrics.md has every figure and function", () => {
  const page = readFileSync(path.join(packageRoot, "docs", "metrics.md"), "utf8");
  for (const word of [...FIGURES, ...functions.map(({ written }) => written)])
    expect(page).toContain(`\`${word}\``);
});

describe("a metric of one's own", () => {
  const row = resultRow({ sparsity: 0.9, accuracy: 0.97, pruned_accuracy: 0.5, baseline_accuracy: 0.98 });

  test("is that of the dense network, after pruning and after recovery", () => {
    const { cells, empty } = cellsOf(
      row,
      entry("worth", "accuracy * sparsity"),
      entry("kept", "nonzero_parameters"),
    );
    expect(cells).toEqual({
      baseline_worth: 0,
      pruned_worth: 0.45,
      worth: 0.873,
      baseline_kept: 266_610,
      pruned_kept: 133_510,
      kept: 133_510,
    });
    expect(empty).toEqual([]);
  });

  test("of the dense network has its sizes, its loss and no drop", () => {
    const formulas = [
      "loss",
      "compression",
      "sparse_bytes - dense_bytes",
      "macs - dense_macs",
      "accuracy_drop",
      "pruned_loss",
      "effective_sparsity + model_sparsity + target_sparsity",
    ].map((formula, i) => entry(`m${i}`, formula));
    const { cells } = cellsOf(row, ...formulas);
    expect(formulas.map(({ name }) => cells[`baseline_${name}`])).toEqual([0.08, 1, 0, 0, 0, 0.08, 0]);
    expect(cells.pruned_m0).toBe(0.09);
    expect(cells.pruned_m4).toBeCloseTo(48, 12);
    expect(cells.m4).toBe(0.1);
  });

  test("may name the metrics before it, of each state its own", () => {
    const { cells } = cellsOf(
      row,
      entry("worth", "accuracy * sparsity"),
      entry("twice", "2 * worth"),
      entry("gain", "worth - pruned_worth + baseline_worth"),
    );
    expect([cells.baseline_twice, cells.pruned_twice, cells.twice]).toEqual([0, 0.9, 1.746]);
    expect(cells.gain).toBeCloseTo(0.423, 12);
    expect(cells.pruned_gain).toBe(0);
  });

  test("mse is the loss of a regression", () => {
    const { cells } = cellsOf(regressionRow({ loss: 0.25 }), entry("root", "sqrt(mse)"));
    expect(cells.root).toBe(0.5);
  });

  test("is empty where a figure is, and where there is no value, with the reason", () => {
    const nothing = resultRow({ compression: null, sparsity: 1, pruned_accuracy: null });
    const { cells, empty } = cellsOf(
      nothing,
      entry("ratio", "accuracy / (1 - sparsity)"),
      entry("small", "1 / compression"),
      entry("more", "ratio + 1"),
      entry("fine", "accuracy"),
    );
    expect(cells).toMatchObject({ ratio: null, small: null, more: null, fine: 0.978, pruned_fine: null });
    expect(cells).toMatchObject({ baseline_ratio: 0.979, baseline_small: 1 });
    expect(empty).toEqual([
      { metric: "ratio", reason: "division by 0", at: 12 },
      { metric: "small", reason: "compression is empty", missing: "compression" },
      { metric: "more", reason: "ratio is empty", missing: "ratio" },
    ]);
  });
});
