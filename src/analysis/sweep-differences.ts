import { leastOf } from "../foundations/extremes.ts";
import type { Metric } from "../metrics/metric.ts";
import { recoveredValue } from "../metrics/registry.ts";
import type { ResultRow } from "../recording/rows.ts";
import { pairsOf } from "./contrast.ts";
import { dropInterval, leastDeviation } from "./drop-interval.ts";
import { groupBy } from "./group-by.ts";
import { holmAdjusted } from "./holm.ts";
import type { MeanInterval } from "./mean-interval.ts";
import { scaleOf, shownValues } from "./seed-values.ts";
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
  /**
   * Sweep minus reference over the seeds that both have, in the unit of the metric's differences, the higher the better;
   * its interval ends where there is nothing more to lose or to gain.
   */
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
      const examples = leastOf([...rows, ...before].map((row) => row.test_examples));
      const pairs = pairsOf(before, rows, (row) => recoveredValue(metric, row));
      const drop = dropInterval(pairs, scale, examples);
      if (drop.n === 0) return [];
      return [
        {
          study: other.name,
          reference: reference.name,
          method: first.method,
          sparsity: first.target_sparsity,
          difference: negated(drop),
          test: pairedTest(drop, leastDeviation(scale, examples)),
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

/** A drop as a difference, the higher the better. */
function negated({ mean, ci95, ...sample }: MeanInterval): MeanInterval {
  return {
    ...sample,
    mean: mean === null ? null : 0 - mean,
    ci95: ci95 && { low: 0 - ci95.high, high: 0 - ci95.low },
  };
}

/** Student's paired t test of a mean of 0, two-sided, of differences that deviate by no less than this. */
function pairedTest({ n, mean, std }: MeanInterval, least: number): number | null {
  if (mean === null || std === null) return null;
  if (mean === 0) return 1;
  const deviation = Math.max(std, least);
  return deviation === 0 ? 0 : Math.min(1, 2 * upperTail(Math.abs(mean) / (deviation / Math.sqrt(n)), n - 1));
}
