import { advantage, type DifferenceScale, possibleDrops, widthIn } from "../../metrics/difference.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { type MeanInterval, meanInterval, tQuantile } from "./mean-interval.ts";

/** The deviation of the difference of two values that are rounded to steps of 1, for what was rounded away. */
const ROUNDING = 1 / Math.sqrt(6);

/** A measure of one seed on both sides, as rows hold it. */
export interface Pair {
  readonly before: number;
  readonly now: number;
}

/**
 * How much worse the pairs are now than before, in the unit of differences: mean, sample deviation, and the 95% t
 * interval of the mean, cut off where there is nothing more to lose or to gain. Differences of right answers over
 * examples spread by no less than those steps hide, unless nothing changed at all.
 */
export function dropInterval(
  pairs: readonly Pair[],
  scale: DifferenceScale,
  testExamples: number,
): MeanInterval {
  const drops = pairs.map(({ before, now }) => advantage(scale, before, now));
  const plain = meanInterval(drops);
  const reference = meanInterval(pairs.map(({ before }) => before)).mean;
  const { n, mean, std } = plain;
  if (mean === null || std === null || reference === null) return plain;
  const unchanged = drops.every((drop) => drop === 0);
  const deviation = unchanged ? 0 : Math.max(std, leastDeviation(scale, testExamples));
  const halfWidth = (tQuantile(n - 1) * deviation) / Math.sqrt(n);
  const { least, most } = possibleDrops(scale, reference);
  return {
    ...plain,
    ci95: { low: Math.max(mean - halfWidth, least), high: Math.min(mean + halfWidth, most) },
  };
}

/** The deviation of differences, in their unit, that rounding to whole answers leaves where none shows; 0 for a loss. */
export function leastDeviation(scale: DifferenceScale, testExamples: number): number {
  return ROUNDING * widthIn(scale, scale.metric.testSet?.resolution?.(testExamples) ?? 0);
}

/** The values of two tables of rows at the seeds that both have. */
export function pairsOf(
  before: readonly ResultRow[],
  now: readonly ResultRow[],
  value: (row: ResultRow) => number | null,
): Pair[] {
  const later = new Map(now.map((row) => [row.seed, value(row)]));
  return before.flatMap((row) => {
    const [a, b] = [value(row), later.get(row.seed) ?? null];
    return a === null || b === null ? [] : [{ before: a, now: b }];
  });
}
