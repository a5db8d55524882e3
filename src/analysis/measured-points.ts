import { groupBy } from "../foundations/group-by.ts";
import { differenceScale } from "../metrics/difference.ts";
import type { Metric } from "../metrics/metric.ts";
import { figureOf, recoveredValue } from "../metrics/registry.ts";
import type { ResultRow } from "../recording/rows.ts";
import { isDenseControl } from "./dense-control.ts";
import { dropInterval } from "./statistics/drop-interval.ts";
import { type MeanInterval, meanInterval, present } from "./statistics/mean-interval.ts";
import { metricInterval } from "./statistics/metric-interval.ts";

/** What a metric says of one (study, method, sparsity), over the seeds that did not diverge. */
export interface MeasuredPoint {
  readonly study: string;
  readonly method: string;
  /** The target. */
  readonly sparsity: number;
  readonly rows: readonly ResultRow[];
  /** Runs that count, and the others; a collapsed run counts. */
  readonly n: number;
  readonly diverged: number;
  readonly collapsed: number;
  /** The trained dense networks, the pruned ones before recovery, and those after it. */
  readonly baseline: MeanInterval;
  readonly pruned: MeanInterval;
  readonly recovered: MeanInterval;
  /**
   * How much worse than the dense control (the method's rows of sparsity 0, after recovery), paired by seed, in the
   * unit of the metric's differences; of none where the grid has no sparsity 0.
   */
  readonly drop: MeanInterval;
}

/** The points of all rows, method by method, in the order of the rows. */
export function measuredPoints(rows: readonly ResultRow[], metric: Metric): MeasuredPoint[] {
  const byMethod = groupBy(rows, (row) => JSON.stringify([row.study, row.method]));
  return [...byMethod.values()].flatMap((methodRows) => {
    const controls = new Map(
      methodRows
        .filter(isDenseControl)
        .map((row): [number, number | null] => [row.seed, recoveredValue(metric, row)]),
    );
    const points = groupBy(methodRows, (row) => row.target_sparsity);
    return [...points.values()].map((point) => measurePoint(point, metric, controls));
  });
}

function measurePoint(
  rows: readonly ResultRow[],
  metric: Metric,
  controls: ReadonlyMap<number, number | null>,
): MeasuredPoint {
  const [first] = rows;
  if (first === undefined) throw new RangeError("a point needs at least one row");
  const counted = rows.filter((row) => row.status !== "diverged");
  const over = (value: (row: ResultRow) => number | null) =>
    metricInterval(metric, present(counted.map(value)), first.test_examples);
  const control = meanInterval(present([...controls.values()])).mean;
  const scale = differenceScale(metric, control === null ? null : metric.scale * control);
  const pairs = counted.flatMap((row) => {
    const before = controls.get(row.seed) ?? null;
    const now = recoveredValue(metric, row);
    return before === null || now === null ? [] : [{ before, now }];
  });
  return {
    study: first.study,
    method: first.method,
    sparsity: first.target_sparsity,
    rows,
    n: counted.length,
    diverged: rows.length - counted.length,
    collapsed: rows.filter((row) => row.status === "collapsed").length,
    baseline: over((row) => figureOf(metric.figures.baseline, row)),
    pruned: over((row) => figureOf(metric.figures.pruned, row)),
    recovered: over((row) => recoveredValue(metric, row)),
    drop: dropInterval(pairs, scale, first.test_examples),
  };
}
