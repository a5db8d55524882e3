import { leastOf } from "../../foundations/extremes.ts";
import type { Metric } from "../../metrics/metric.ts";
import { recoveredValue } from "../../metrics/registry.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { dropInterval, leastDeviation, pairsOf } from "./drop-interval.ts";
import { holmAdjusted } from "./holm.ts";
import type { MeanInterval } from "./mean-interval.ts";
import { scaleOf, shownValues } from "./seed-values.ts";
import { upperTail } from "./student-t.ts";

/** How the networks of one (method, sparsity) differ from others, seed by seed. */
export interface PointDifference {
  readonly method: string;
  readonly sparsity: number;
  /**
   * These minus the others over the seeds that both have, in the unit of the metric's differences, the higher the better;
   * its interval ends where there is nothing more to lose or to gain.
   */
  readonly difference: MeanInterval;
  /** Two-sided, by the paired t test, adjusted by Holm over all differences; null below two seeds. */
  readonly pValue: number | null;
}

type Tested = Omit<PointDifference, "pValue"> & {
  /** The p-value before it is adjusted. */
  readonly test: number | null;
};

/** The difference of the rows of one (method, sparsity) from others, alone; undefined without a seed in common. */
export function pairedDifference(
  rows: readonly ResultRow[],
  others: readonly ResultRow[],
  metric: Metric,
): Tested | undefined {
  const [first] = rows;
  const scale = scaleOf(metric, shownValues(others, metric));
  const examples = leastOf([...rows, ...others].map((row) => row.test_examples));
  const pairs = pairsOf(others, rows, (row) => recoveredValue(metric, row));
  const drop = dropInterval(pairs, scale, examples);
  if (first === undefined || drop.n === 0) return undefined;
  return {
    method: first.method,
    sparsity: first.target_sparsity,
    difference: negated(drop),
    test: pairedTest(drop, leastDeviation(scale, examples)),
  };
}

/** The differences with p-values that allow for their being many. */
export function adjustedTogether<One extends Tested>(
  found: readonly One[],
): (Omit<One, "test"> & Pick<PointDifference, "pValue">)[] {
  const tested = found.filter(({ test }) => test !== null);
  const adjusted = holmAdjusted(tested.map(({ test }) => test ?? 1));
  const pValues = new Map(tested.map((one, i) => [one, adjusted[i] ?? 1]));
  return found.map((one) => {
    const { test: _, ...difference } = one;
    return { ...difference, pValue: pValues.get(one) ?? null };
  });
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
