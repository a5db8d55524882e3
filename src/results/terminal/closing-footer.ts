import { longerThanControl } from "../../analysis/longer-than-control.ts";
import type { MeasuredPoint } from "../../analysis/measured-points.ts";
import { recovers } from "../../analysis/recovers.ts";
import { present } from "../../analysis/statistics/mean-interval.ts";
import { count, recoveryNoun, testSetDoubt } from "../../charts/parts/titles.ts";
import type { Metric } from "../../metrics/metric.ts";
import { measured } from "../../metrics/words.ts";
import { bestMean, sparsitiesOf } from "./best-mean.ts";
import { pairedDrops } from "./paired-drops.ts";

export interface FooterOptions {
  readonly testExamples: number;
  /** Whether any interval is written by its ends. */
  readonly lopsided: boolean;
  /** Whether some methods have a row each, in place of a column. */
  readonly hasRows: boolean;
  /** A sentence on the smallest drop that a check would see, if there is one. */
  readonly sensitivity?: string | undefined;
  /** Metrics of the user's own: a second table has them. */
  readonly metrics?: readonly Metric[] | undefined;
}

/** Below the closing table, a sentence each: what the figures are and how far they can be trusted. */
export function closingFooter(
  points: readonly MeasuredPoint[],
  metric: Metric,
  { testExamples, lopsided, hasRows, sensitivity, metrics = [] }: FooterOptions,
): string[] {
  const seeds = Math.max(0, ...points.map(({ rows }) => rows.length));
  const baseline = present(points.map((point) => point.baseline.mean))[0];
  const diverged = points.reduce((sum, point) => sum + point.diverged, 0);
  const compared = sparsitiesOf(points).some((sparsity) => bestMean(points, sparsity, metric) !== null);
  const doubt = baseline === undefined ? undefined : testSetDoubt(metric, baseline, testExamples);
  const measure = `test ${metric.noun}`;
  const rows = points.flatMap((point) => point.rows);
  const among = hasRows ? "at its sparsity" : "of its row";
  const control = recovers(rows) && points.some(({ sparsity }) => sparsity === 0);
  const noun = recoveryNoun(rows);
  const treatment = longerThanControl(rows)
    ? `one ${noun}, not one after each round of pruning`
    : `the same ${noun}`;
  return [
    ...(baseline === undefined
      ? []
      : [
          `Dense baseline, the unpruned network as trained: ${metric.unit === "%" ? `${measured(metric, baseline)} ${measure}` : `${measure} ${measured(metric, baseline)}`}.`,
        ]),
    ...(control
      ? [
          `Dense control, what pruned networks are compared with: the row of 0%, unpruned but with ${treatment}.`,
        ]
      : []),
    `Test ${metric.noun}${metric.unit === "%" ? " in percent" : ""}, ${count(testExamples, "test example")}.`,
    seeds > 1
      ? `Mean of ${count(seeds, "seed")} ± half width of its 95% confidence interval${lopsided ? ", or [low, high] where it is lopsided" : ""}.`
      : `One seed${doubt === undefined ? "" : `; ${doubt}`}.`,
    ...pairedDrops(rows),
    ...(sensitivity === undefined ? [] : [sensitivity]),
    ...(compared
      ? [
          metrics.length > 0
            ? `* best mean ${among}, which may be chance.`
            : `* ${metric.better === "higher" ? "highest" : "lowest"} mean ${among}, which may be chance.`,
        ]
      : []),
    ...(points.some(({ collapsed }) => collapsed > 0)
      ? ["× no path from the inputs to the outputs is left, in at least one seed."]
      : []),
    ...(diverged > 0 ? [`${count(diverged, "diverged run")} left out.`] : []),
    ...metrics.map(({ noun, better, summary }) => `${noun}, the ${better} the better: ${summary}`),
  ];
}
