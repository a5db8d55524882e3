import { advantage, type DifferenceScale, possibleDrops } from "../metrics/difference.ts";
import type { Interval } from "../metrics/metric.ts";
import { pairError } from "./curve-summaries.ts";
import { dropInterval, type Pair } from "./statistics/drop-interval.ts";

/** What a standard normal value exceeds, up or down, 5 times in 100. */
const TWO_SIDED_95 = 1.959964;

/** How much worse one measure is than another over the seeds that have both, in the unit of differences. */
export interface Contrast {
  readonly n: number;
  /** Mean over the seeds; negative where it is better. */
  readonly drop: number;
  readonly ci95: Interval;
  /** Whether the interval leaves no doubt about the direction: without that, nothing fell and nothing rose. */
  readonly told: boolean;
}

/**
 * The contrast of pairs, one a seed. One pair alone has the error of the test set, or the assumed deviation between seeds
 * where the test set says nothing. Undefined without any pair.
 */
export function contrast(
  pairs: readonly Pair[],
  scale: DifferenceScale,
  testExamples: number,
): Contrast | undefined {
  const { n, mean, ci95 } = dropInterval(pairs, scale, testExamples);
  if (mean === null) return undefined;
  return contrastWithin({ n, drop: mean }, ci95 ?? singleInterval(pairs, scale, testExamples));
}

/** The contrast of a drop by an interval that is known. */
export function contrastWithin({ n, drop }: Pick<Contrast, "n" | "drop">, ci95: Interval): Contrast {
  // No change at all is no change in either direction.
  return { n, drop, ci95, told: ci95.low > 0 || ci95.high < 0 };
}

function singleInterval(pairs: readonly Pair[], scale: DifferenceScale, testExamples: number): Interval {
  const [pair] = pairs;
  if (pair === undefined) return { low: 0, high: 0 };
  const drop = advantage(scale, pair.before, pair.now);
  const half = TWO_SIDED_95 * pairError(pair, scale, testExamples);
  const { least, most } = possibleDrops(scale, pair.before);
  return { low: Math.max(drop - half, least), high: Math.min(drop + half, most) };
}
