import { greatestOf, leastOf } from "../foundations/extremes.ts";
import { Registry } from "../foundations/registry.ts";
import { accuracy } from "./accuracy.ts";
import { loss } from "./loss.ts";
import type { Figure, Metric } from "./metric.ts";

/** What can be measured, what matters most of a task first; plugins add to it. */
export const metrics = new Registry<Metric>("metric", [accuracy, loss]);

/** A figure of a row; null where the row has none, also where a formula over what it lacks gives no number. */
export function figureOf(figure: Figure, row: object): number | null {
  const value: unknown =
    typeof figure === "function" ? figure(row) : (row as Readonly<Record<string, unknown>>)[figure];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The value of a row of results.csv after recovery: the one that counts. */
export function recoveredValue(metric: Metric, row: object): number | null {
  return figureOf(metric.figures.recovered, row);
}

/**
 * The metric by which the networks of these rows of results.csv are judged: the first of the registry that any row
 * has a value of. That is the accuracy of a classification and the loss of a regression, and the loss where
 * everything diverged.
 */
export function primaryMetric(rows: readonly object[]): Metric {
  return metrics.list().find((metric) => rows.some((row) => recoveredValue(metric, row) !== null)) ?? loss;
}

/** 1 where higher values are better, -1 where lower ones are. */
export function sign({ better }: Metric): 1 | -1 {
  return better === "higher" ? 1 : -1;
}

/** The best and the worst of some values. Throws a RangeError without any. */
export function extremes(metric: Metric, values: readonly number[]): { best: number; worst: number } {
  if (values.length === 0) throw new RangeError("there is no best of no values");
  const [lowest, highest] = [leastOf(values), greatestOf(values)];
  return metric.better === "higher" ? { best: highest, worst: lowest } : { best: lowest, worst: highest };
}
