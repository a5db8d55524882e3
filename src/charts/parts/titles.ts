import { groupBy } from "../../analysis/group-by.ts";
import type { MeanInterval } from "../../analysis/mean-interval.ts";
import { testSetMargin } from "../../analysis/test-set-margin.ts";
import type { ResultRow } from "../../recording/rows.ts";
import type { Quality } from "./scales.ts";

/** "5 seeds", "1 seed" */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString("en-US")} ${noun}${n === 1 ? "" : "s"}`;
}

/** The model and the data that the results are about, for a chart's title. */
export function subject(rows: readonly ResultRow[]): string {
  const distinct = (value: (row: ResultRow) => string) => [...new Set(rows.map(value))].join(", ");
  return `${distinct((row) => row.model)} on ${distinct((row) => row.dataset)}`;
}

/**
 * What the figures stand on: seeds, test examples, and what is missing or left out. The options say what the chart
 * draws: confidence bands, and crosses for collapsed runs.
 */
export function basis(
  rows: readonly ResultRow[],
  baselineAccuracy: number | null,
  { bands, crosses }: { readonly bands: boolean; readonly crosses: boolean },
): string[] {
  const seedCounts = [...groupBy(rows, (row) => row.study).values()].map(
    (study) => new Set(study.map((row) => row.seed)).size,
  );
  const seeds = Math.max(...seedCounts);
  const upTo = Math.min(...seedCounts) < seeds ? "up to " : "";
  const examples = Math.max(...rows.map((row) => row.test_examples));
  const on = count(examples, "test example");
  const diverged = rows.filter((row) => row.status === "diverged").length;
  const collapsed = crosses && rows.some((row) => row.status === "collapsed");
  return [
    seeds > 1
      ? `Mean of ${upTo}${count(seeds, "seed")}${bands ? " with 95% confidence band" : ""}, ${on}`
      : `One seed, ${on}${baselineAccuracy === null ? "" : `; ${testSetDoubt(baselineAccuracy, examples)}`}`,
    ...(collapsed ? ["× no path from the inputs to the outputs is left, in at least one seed"] : []),
    ...(diverged > 0 ? [`${count(diverged, "diverged run")} left out`] : []),
  ];
}

/** How far a test set of this size leaves an accuracy open: what one seed can say of its own precision. */
export function testSetDoubt(accuracy: number, examples: number): string {
  const points = 100 * testSetMargin(accuracy, examples);
  return `a test set of this size leaves ±${points.toFixed(1)} points of doubt`;
}

/** `90%`, `99.95%` */
export function percent(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(6))}%`;
}

/** `97.65% ±0.21`: a mean accuracy with half the width of its interval; for a loss the mean alone. */
export function measureText(quality: Quality, { mean, ci95 }: Pick<MeanInterval, "mean" | "ci95">): string {
  if (mean === null) return "diverged";
  if (quality === "loss") return mean.toPrecision(4);
  const margin = ci95 === null ? "" : ` ±${(50 * (ci95.high - ci95.low)).toFixed(2)}`;
  return `${(100 * mean).toFixed(2)}%${margin}`;
}

/**
 * What a mark says of itself, to screen readers and as a tooltip: `method: text`. Marks that belong to a method
 * start with its name, so that the report can show and hide them.
 */
export function markLabel(method: string, text: string): string {
  return `${method}: ${text}`;
}
