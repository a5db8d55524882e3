import { type FormulaMetric, formulaMetrics } from "../../src/metrics/formula/metric.ts";
import { formulasSchema } from "../../src/metrics/formula/options.ts";
import { formulaCells, parseFormulas } from "../../src/metrics/formula/row.ts";
import type { ResultRow } from "../../src/recording/rows.ts";

/** Metrics as a config gives them, and rows with their columns. */
export function ownMetrics(entries: readonly object[], rows: readonly ResultRow[] = []) {
  const options = formulasSchema().parse(entries) ?? [];
  const formulas = parseFormulas(options);
  return {
    metrics: formulaMetrics(options),
    results: rows.map((row): ResultRow => ({ ...row, ...formulaCells(row, formulas) })),
  };
}

/** One of them. */
export function ownMetric(fields: object = {}): FormulaMetric {
  const [metric] = ownMetrics([{ name: "score", formula: "loss", better: "higher", ...fields }]).metrics;
  if (metric === undefined) throw new Error("one entry is one metric");
  return metric;
}
