import { groupBy } from "../foundations/group-by.ts";
import type { Metric } from "../metrics/metric.ts";
import type { ResultRow } from "../recording/rows.ts";
import { adjustedTogether, type PointDifference, pairedDifference } from "./statistics/paired-difference.ts";

/** The rows of one sweep under a name of its own. */
export interface NamedRows {
  readonly name: string;
  readonly rows: readonly ResultRow[];
}

/** How two sweeps differ at one (method, sparsity), seed by seed: sweep minus reference. */
export interface SweepDifference extends PointDifference {
  /** The sweep, and the one that it is compared with. */
  readonly study: string;
  readonly reference: string;
}

/**
 * Each sweep against the first, at every method and sparsity of that name that both have with a seed in common, in
 * the order of the rows. The sweeps have to be comparable: the same test data, the same metric.
 */
export function sweepDifferences(studies: readonly NamedRows[], metric: Metric): SweepDifference[] {
  const [reference, ...others] = studies;
  if (reference === undefined) return [];
  const points = pointsOf(reference.rows);
  const found = others.flatMap((other) =>
    [...pointsOf(other.rows)].flatMap(([key, rows]) => {
      const before = points.get(key);
      const difference = before && pairedDifference(rows, before, metric);
      return difference === undefined
        ? []
        : [{ study: other.name, reference: reference.name, ...difference }];
    }),
  );
  return adjustedTogether(found);
}

function pointsOf(rows: readonly ResultRow[]): Map<string, ResultRow[]> {
  return groupBy(rows, (row) => JSON.stringify([row.method, row.target_sparsity]));
}
