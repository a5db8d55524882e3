import type { MeanInterval } from "../../analysis/statistics/mean-interval.ts";
import { testSetInterval } from "../../analysis/statistics/test-set-interval.ts";
import { greatestOf, leastOf } from "../../foundations/extremes.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { Metric } from "../../metrics/metric.ts";
import { behind, endsText, measured, spreadText } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";

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
 * draws: confidence bands, and crosses for collapsed runs; and which value the doubt of one seed is about, if any.
 */
export function basis(
  rows: readonly ResultRow[],
  {
    bands,
    crosses,
    of,
  }: {
    readonly bands: boolean;
    readonly crosses: boolean;
    readonly of?: { readonly metric: Metric; readonly baseline: number | null };
  },
): string[] {
  const seedCounts = [...groupBy(rows, (row) => row.study).values()].map(
    (study) => new Set(study.map((row) => row.seed)).size,
  );
  const seeds = greatestOf(seedCounts);
  const upTo = leastOf(seedCounts) < seeds ? "up to " : "";
  const examples = greatestOf(rows.map((row) => row.test_examples));
  const fewest = leastOf(rows.map((row) => row.test_examples));
  const on =
    (fewest < examples ? `${fewest.toLocaleString("en-US")} to ` : "") + count(examples, "test example");
  const doubt =
    of === undefined || of.baseline === null ? undefined : testSetDoubt(of.metric, of.baseline, examples);
  const diverged = rows.filter((row) => row.status === "diverged").length;
  const collapsed = crosses && rows.some((row) => row.status === "collapsed");
  return [
    seeds > 1
      ? `Mean of ${upTo}${count(seeds, "seed")}${bands ? " with 95% confidence band" : ""}, ${on}`
      : `One seed, ${on}${doubt === undefined ? "" : `; ${doubt}`}`,
    ...(collapsed ? ["× no path from the inputs to the outputs is left, in at least one seed"] : []),
    ...(diverged > 0 ? [`${count(diverged, "diverged run")} left out`] : []),
  ];
}

/**
 * How far a test set of this size leaves a value open: what one seed can say of its own precision. Undefined for a
 * metric of which that is not known.
 */
export function testSetDoubt(metric: Metric, value: number, examples: number): string | undefined {
  const range = testSetRange(metric, value, examples);
  return range === undefined ? undefined : `a test set of this size leaves ${range} open`;
}

/** `97.6% to 98.2%`: the 95% interval of one network's value. */
export function testSetRange(metric: Metric, value: number, examples: number): string | undefined {
  const interval = testSetInterval(metric, value, examples);
  if (interval === undefined) return undefined;
  return endsText(metric, interval, `${behind(metric)} to `, metric.digits.coarse) + behind(metric);
}

/** A subtitle of one line or of several, as a specification has it. */
export function lines(texts: readonly string[]): string | string[] {
  return texts.length === 1 ? (texts[0] ?? "") : [...texts];
}

/** What the networks of these rows went through after pruning: `recovery` where some were rewound or the like. */
export function recoveryNoun(results: readonly Pick<ResultRow, "recovery">[]): string {
  const usual = results.every(({ recovery }) => recovery === "none" || recovery === "finetune");
  return usual ? "fine-tuning" : "recovery";
}

/** `90%`, `99.95%` */
export function percent(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(6))}%`;
}

/** `97.65% ±0.21`, `97.00% [59.51, 99.86]`: a mean with its interval. */
export function measureText(metric: Metric, { mean, ci95 }: Pick<MeanInterval, "mean" | "ci95">): string {
  if (mean === null) return "diverged";
  return measured(metric, mean) + (ci95 === null ? "" : ` ${spreadText(metric, mean, ci95)}`);
}

/**
 * What a mark says of itself, to screen readers and as a tooltip: `method: text`. Marks that belong to a method
 * start with its name, so that the report can show and hide them.
 */
export function markLabel(method: string, text: string): string {
  return `${method}: ${text}`;
}
