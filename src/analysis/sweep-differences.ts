import type { Metric } from "../metrics/metric.ts";
import type { ResultRow } from "../recording/rows.ts";
import { seedValues } from "./curve-summaries.ts";
import { groupBy } from "./group-by.ts";
import { holmAdjusted } from "./holm.ts";
import { type MeanInterval, meanInterval } from "./mean-interval.ts";
import { pairedDifferences, scaleOf, shownValues } from "./seed-values.ts";
import { upperTail } from "./student-t.ts";

/** The rows of one sweep under a name of its own. */
export interface NamedRows {
  readonly name: string;
  readonly rows: readonly ResultRow[];
}

/** How two sweeps differ at one (method, sparsity), seed by seed. */
export interface SweepDifference {
  /** The sweep, and the one that it is compared with. */
  readonly study: string;
  readonly reference: string;
  readonly method: string;
  readonly sparsity: number;
  /** Sweep minus reference over the seeds that both have, in the unit of the metric's differences, the higher the better. */
  readonly difference: MeanInterval;
  /** Two-sided, by the paired t test, adjusted by Holm over all differences; null below two seeds. */
  readonly pValue: number | null;
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
      const [first] = rows;
      const before = points.get(key);
      if (first === undefined || before === undefined) return [];
      const scale = scaleOf(metric, shownValues(before, metric));
      const difference = meanInterval(pairedDifferences(seedValues(rows, scale), seedValues(before, scale)));
      if (difference.n === 0) return [];
      return [
        {
          study: other.name,
          reference: reference.name,
          method: first.method,
          sparsity: first.target_sparsity,
          difference,
          test: pairedTest(difference),
        },
      ];
    }),
  );
  const tested = found.filter(({ test }) => test !== null);
  const adjusted = holmAdjusted(tested.map(({ test }) => test ?? 1));
  const pValues = new Map(tested.map((one, i) => [one, adjusted[i] ?? 1]));
  return found.map((one) => {
    const { test: _, ...difference } = one;
    return { ...difference, pValue: pValues.get(one) ?? null };
  });
}

function pointsOf(rows: readonly ResultRow[]): Map<string, ResultRow[]> {
  return groupBy(rows, (row) => JSON.stringify([row.method, row.target_sparsity]));
}

/** Student's paired t test of a mean of 0, two-sided. */
function pairedTest({ n, mean, std }: MeanInterval): number | null {
  if (mean === null || std === null) return null;
  if (std === 0) return mean === 0 ? 1 : 0;
  return Math.min(1, 2 * upperTail(Math.abs(mean) / (std / Math.sqrt(n)), n - 1));
}
