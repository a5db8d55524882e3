import { groupBy } from "../foundations/group-by.ts";
import type { Metric } from "../metrics/metric.ts";
import { sign } from "../metrics/registry.ts";
import type { ResultRow } from "../recording/rows.ts";
import { isControlRow } from "./control-comparisons.ts";
import { type MeasuredPoint, measuredPoints } from "./measured-points.ts";
import { adjustedTogether, pairedDifference } from "./statistics/paired-difference.ts";

/** A method is behind the best below this. */
const ALPHA = 0.05;

/** Which method is ahead at a sparsity. */
export interface Leader {
  readonly sparsity: number;
  /** The best mean over the seeds, after recovery. */
  readonly best: MeasuredPoint;
  /** Methods that cannot be told from it, the best first: their number of seeds may be too small for that. */
  readonly alike: readonly string[];
  /** Methods that are behind it. */
  readonly behind: number;
}

/**
 * At each sparsity at which several methods of a study were measured, the best of them, and which others are not told from it:
 * a paired t test by seed, two-sided since the results chose the best, adjusted by Holm over the others. Controls do not
 * take part.
 */
export function leaders(rows: readonly ResultRow[], metric: Metric): Leader[] {
  const points = measuredPoints(
    rows.filter((row) => !isControlRow(row)),
    metric,
  ).filter(({ sparsity }) => sparsity > 0 && sparsity < 1);
  return [...groupBy(points, ({ sparsity }) => sparsity)]
    .sort(([a], [b]) => a - b)
    .flatMap(([sparsity, of]) => leaderOf(sparsity, of, metric));
}

function leaderOf(sparsity: number, points: readonly MeasuredPoint[], metric: Metric): Leader[] {
  const ranked = points
    .flatMap((point) => (point.recovered.mean === null ? [] : [{ point, mean: point.recovered.mean }]))
    .sort((a, b) => sign(metric) * (b.mean - a.mean))
    .map(({ point }) => point);
  const [best, ...others] = ranked;
  if (best === undefined || others.length === 0) return [];
  const differences = adjustedTogether(
    others.flatMap(({ rows }) => pairedDifference(rows, best.rows, metric) ?? []),
  );
  const behind = new Set(
    differences.filter(({ pValue }) => pValue !== null && pValue <= ALPHA).map(({ method }) => method),
  );
  const alike = others.map(({ method }) => method).filter((method) => !behind.has(method));
  return [{ sparsity, best, alike, behind: behind.size }];
}
