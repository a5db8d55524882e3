import { groupBy } from "../foundations/group-by.ts";
import type { Metric } from "../metrics/metric.ts";
import type { ResultRow } from "../recording/rows.ts";
import type { MeanInterval } from "./statistics/mean-interval.ts";
import { adjustedTogether, pairedDifference } from "./statistics/paired-difference.ts";

/** Two sparsities of a method of which the higher one is better, beyond doubt and by more than a margin. */
export interface Rise {
  readonly method: string;
  readonly from: number;
  readonly to: number;
  /** How much better, seed by seed, in the unit of the metric's differences. */
  readonly gain: MeanInterval;
}

/**
 * The largest rise of a method's curve between two sparsities above 0: a curve need not fall (sparse double descent, He
 * et al. 2022). A rise counts when it is at least the metric's margin and the paired test tells it from none, at 5%,
 * adjusted by Holm over all pairs of sparsities. Undefined without one, and with a single seed.
 */
export function largestRise(rows: readonly ResultRow[], metric: Metric): Rise | undefined {
  const points = [...groupBy(rows, (row) => row.target_sparsity)]
    .filter(([sparsity]) => sparsity > 0)
    .sort(([a], [b]) => a - b);
  const pairs = points.flatMap(([from, before], i) =>
    points.slice(i + 1).flatMap(([, after]) => {
      const found = pairedDifference(after, before, metric);
      return found === undefined ? [] : [{ from, ...found }];
    }),
  );
  const told = adjustedTogether(pairs).flatMap(({ method, from, sparsity: to, difference, pValue }) =>
    pValue !== null && pValue <= 0.05 && (difference.mean ?? 0) >= metric.difference.margin
      ? [{ method, from, to, gain: difference }]
      : [],
  );
  return told.sort((a, b) => (b.gain.mean ?? 0) - (a.gain.mean ?? 0))[0];
}
