import { isDenseControl } from "../../analysis/dense-control.ts";
import { measuredPoints } from "../../analysis/measured-points.ts";
import { networkBytes } from "../../analysis/network-bytes.ts";
import { isTrainedAfterPruning, recovers } from "../../analysis/recovers.ts";
import { type MeanInterval, meanInterval, present } from "../../analysis/statistics/mean-interval.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { Metric } from "../../metrics/metric.ts";
import { figureOf, primaryMetric, recoveredValue } from "../../metrics/registry.ts";
import { heading } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";

/** One (method, sparsity), over the seeds; a mean of null where all of them diverged. */
export interface CurvePoint {
  readonly method: string;
  readonly sparsity: number;
  /** Seeds in which no path from the inputs to the outputs is left. */
  readonly collapsed: number;
  /** Before recovery, and after it. */
  readonly pruned: MeanInterval;
  readonly recovered: MeanInterval;
  /** Means over the seeds. */
  readonly bytes: number;
  readonly macs: number;
  /** Multiply-accumulates that its training and the choice of its weights took; null where the rows do not say. */
  readonly training: number | null;
}

/** A study by its primary metric, or by one of the user's own, as the charts draw it. */
export interface Curves {
  readonly metric: Metric;
  /** `Test accuracy` */
  readonly title: string;
  readonly methods: readonly string[];
  /** Method by method, by growing sparsity. */
  readonly points: readonly CurvePoint[];
  /** Whether networks recover after pruning. */
  readonly recovers: boolean;
  /** Mean of the trained dense networks, one a seed; null for several studies, which each have their own. */
  readonly baseline: number | null;
  /** Mean of the dense networks that were fine-tuned like the pruned ones; null without sparsity 0 or recovery. */
  readonly control: number | null;
}

/** By `own`, or else the primary metric. Undefined without any measure. */
export function curvesOf(results: readonly ResultRow[], own?: Metric): Curves | undefined {
  const metric = own ?? primaryMetric(results);
  const mean = (values: readonly (number | null)[]) => meanInterval(present(values)).mean;
  const bySeed = (rows: readonly ResultRow[], value: (row: ResultRow) => number | null) =>
    mean([...groupBy(rows, (row) => row.seed).values()].map((seed) => present(seed.map(value))[0] ?? null));

  const methods = [...new Set(results.map((row) => row.method))];
  const points = measuredPoints(results, metric)
    .map(
      ({ method, sparsity, collapsed, pruned, recovered, rows }): CurvePoint => ({
        method,
        sparsity,
        collapsed,
        pruned: rows.every(isTrainedAfterPruning) ? meanInterval([]) : pruned,
        recovered,
        bytes: mean(rows.map(networkBytes)) ?? 0,
        macs: mean(rows.map((row) => row.macs)) ?? 0,
        training: mean(rows.map(trainingMacs)),
      }),
    )
    .sort((a, b) => methods.indexOf(a.method) - methods.indexOf(b.method) || a.sparsity - b.sparsity);
  if (points.every(({ pruned, recovered }) => pruned.mean === null && recovered.mean === null))
    return undefined;
  const trained = recovers(results);
  const alone = new Set(results.map((row) => row.study)).size === 1;
  return {
    metric,
    title: own === undefined ? `Test ${metric.noun}` : heading(own),
    methods,
    points,
    recovers: trained,
    baseline: alone ? bySeed(results, (row) => figureOf(metric.figures.baseline, row)) : null,
    control:
      alone && trained ? bySeed(results.filter(isDenseControl), (row) => recoveredValue(metric, row)) : null,
  };
}

/** With what it took to choose weights; null where the training is not known. */
function trainingMacs({ train_macs = null, selection_macs }: ResultRow): number | null {
  return train_macs === null ? null : train_macs + (selection_macs ?? 0);
}
