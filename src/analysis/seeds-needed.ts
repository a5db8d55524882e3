import type { SeedRule } from "../experiment/seed-rule.ts";
import { primaryMetric } from "../metrics/registry.ts";
import type { ResultRow } from "../recording/rows.ts";
import { measuredPoints } from "./measured-points.ts";
import { tQuantile } from "./statistics/mean-interval.ts";

/** Half the width of the 95% interval of one (method, sparsity), as values are shown. */
interface Width {
  readonly method: string;
  readonly sparsity: number;
  /** Runs that count. */
  readonly n: number;
  /** Infinite where a single run counts. */
  readonly half: number;
}

/** What a rule says of the results of some seeds. */
export interface SeedDecision {
  /** How many seeds the sweep is to have: as many as it has where it is done. */
  readonly seeds: number;
  /** Of these results; undefined where nothing was measured. */
  readonly widest: Width | undefined;
}

/**
 * How many seeds a sweep needs by a rule, from the results of those that it has: a pure function of the rows. As many as
 * there are once every interval is narrow enough, or `atMost` are reached. Else as many as would be needed if each spread
 * stays as it is, at least one more and at most twice as many, since few seeds tell a spread badly.
 */
export function seedsNeeded(rows: readonly ResultRow[], { until, atMost }: SeedRule): SeedDecision {
  const metric = primaryMetric(rows);
  const widths = measuredPoints(rows, metric).flatMap(({ method, sparsity, n, recovered }): Width[] => {
    // What no seed has a value of, because all diverged, more seeds would not measure either.
    if (recovered.mean === null) return [];
    const { ci95 } = recovered;
    const half = ci95 === null ? Number.POSITIVE_INFINITY : (metric.scale * (ci95.high - ci95.low)) / 2;
    return [{ method, sparsity, n, half }];
  });
  const [widest] = widths.toSorted((a, b) => b.half - a.half);
  const has = new Set(rows.map(({ seed }) => seed)).size;
  if (widest === undefined || widest.half <= until || has >= atMost) return { seeds: has, widest };
  const most = Math.min(2 * has, atMost);
  let seeds = has + 1;
  while (seeds < most && !widths.every((width) => halfWith(seeds - has, width) <= until)) seeds++;
  return { seeds, widest };
}

/** Half the width with so many seeds more, if the spread stays as it is. */
function halfWith(more: number, { n, half }: Width): number {
  const factor = (size: number) => tQuantile(size - 1) / Math.sqrt(size);
  return (half * factor(n + more)) / factor(n);
}
