import { accuracy } from "../metrics/accuracy.ts";
import type { Interval } from "../metrics/metric.ts";
import type { PublishedPoint } from "../recording/published-points.ts";
import type { ResultRow } from "../recording/rows.ts";
import { tQuantile } from "./mean-interval.ts";
import { type MeasuredPoint, measuredPoints } from "./measured-points.ts";

/** Two fractions kept are one point up to this part of them: 21.1 and 21%, and not 8.3 and 8%. */
const SAME_KEPT = 0.02;

/** What a standard normal value exceeds, up or down, 5 times in 100. */
const TWO_SIDED_95 = 1.959964;

export type Verdict = "better" | "worse" | "no difference";

/** A published figure beside one of our points, in percent and percentage points of error. */
export interface PublishedComparison {
  readonly published: PublishedPoint;
  readonly method: string;
  readonly sparsity: number;
  /** Runs of ours. */
  readonly n: number;
  readonly error: number;
  readonly errorCi95: Interval | null;
  /** Our error minus theirs: below 0 where ours is the better. */
  readonly difference: number;
  /** Its 95% interval; null with the verdict where a single run of ours has none. */
  readonly ci95: Interval | null;
  readonly verdict: Verdict | null;
}

/**
 * Each published figure beside our points at the same fraction kept, in the order of the figures. Dense networks stand
 * beside our dense control. The verdict is by the interval of the difference: no difference where it holds 0. Its half
 * width is that of our interval and of theirs as errors add, the square root of the sum of squares, and half a unit of the
 * last digit that the paper prints. Where a paper gives no standard error, the spread of its runs is not in it.
 */
export function publishedComparisons(
  rows: readonly ResultRow[],
  published: readonly PublishedPoint[],
): PublishedComparison[] {
  const points = measuredPoints(rows, accuracy);
  return published.flatMap((figure) => {
    const same = points.filter((point) => isSameKept(point, figure));
    // The dense control is one network under every method.
    return (figure.kept === 1 ? same.slice(0, 1) : same).flatMap((point) => comparison(point, figure));
  });
}

function isSameKept({ sparsity }: MeasuredPoint, { kept }: PublishedPoint): boolean {
  return Math.abs(1 - sparsity - kept) <= SAME_KEPT * kept && (kept === 1) === (sparsity === 0);
}

function comparison(
  { method, sparsity, n, recovered: { mean, ci95 } }: MeasuredPoint,
  published: PublishedPoint,
): PublishedComparison[] {
  if (mean === null) return [];
  const error = 100 * (1 - mean);
  const difference = error - Number(published.error);
  const errorCi95 = ci95 && { low: 100 * (1 - ci95.high), high: 100 * (1 - ci95.low) };
  const half =
    errorCi95 &&
    Math.hypot((errorCi95.high - errorCi95.low) / 2, theirHalfWidth(published)) + rounding(published);
  const interval = half === null ? null : { low: difference - half, high: difference + half };
  return [
    {
      published,
      method,
      sparsity,
      n,
      error,
      errorCi95,
      difference,
      ci95: interval,
      verdict: verdictOf(interval),
    },
  ];
}

function verdictOf(interval: Interval | null): Verdict | null {
  if (interval === null) return null;
  if (interval.high < 0) return "better";
  return interval.low > 0 ? "worse" : "no difference";
}

/** Half the width of the 95% interval of a published mean; 0 where the paper says nothing of its spread. */
function theirHalfWidth({ standard_error, seeds }: PublishedPoint): number {
  if (standard_error === null) return 0;
  return standard_error * (seeds === null || seeds < 2 ? TWO_SIDED_95 : tQuantile(seeds - 1));
}

/** Half a unit of the last digit: 1.6 may be 1.55 or 1.65. */
function rounding({ error }: PublishedPoint): number {
  return 0.5 * 10 ** -(error.split(".")[1]?.length ?? 0);
}
