import { accuracy } from "../metrics/accuracy.ts";
import type { Interval } from "../metrics/metric.ts";
import { isToEffective } from "../pruning/method.ts";
import { hasMembers, membersNamed } from "../recording/published-members.ts";
import type { PublishedPoint } from "../recording/published-points.ts";
import type { ResultRow } from "../recording/rows.ts";
import { isVariant } from "../recording/variant.ts";
import { type MeasuredPoint, measuredPoints } from "./measured-points.ts";
import { meanInterval, present, tQuantile } from "./statistics/mean-interval.ts";

/** Two fractions kept are one point up to this part of them: 21.1 and 21%, and not 8.3 and 8%. */
const SAME_KEPT = 0.02;

/** What a standard normal value exceeds, up or down, 5 times in 100. */
const TWO_SIDED_95 = 1.959964;

export type Verdict = "better" | "worse" | "no difference";

/** Whether what is compared is the published method; the other where the study has none that is. */
export type Pairing = "same method" | "other method";

/** A published figure beside one of our points, in percent and percentage points of error. */
export interface PublishedComparison {
  readonly published: PublishedPoint;
  readonly pairing: Pairing;
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

/** A published figure without a point of ours, and why. */
export interface UncomparedFigure {
  readonly published: PublishedPoint;
  readonly reason:
    | { readonly kind: "no dense control" | "all diverged" }
    /** The fractions that the methods to compare it with keep, the largest first. */
    | { readonly kind: "no point near"; readonly kept: readonly number[] };
}

/**
 * Each published figure beside our points at the same fraction kept, in the order of the figures: those of the same
 * method, or, where the study has none that is the same, of every method that is no control of another. Dense networks stand
 * beside our dense control. The verdict is by the interval of the difference: no difference where it holds 0. Its half
 * width is that of our interval and of theirs as errors add, the square root of the sum of squares, and half a unit of the
 * last digit that the paper prints. Where a paper gives no standard error, the spread of its runs is not in it.
 */
export function publishedComparisons(
  rows: readonly ResultRow[],
  published: readonly PublishedPoint[],
): PublishedComparison[] {
  if (published.length === 0) return [];
  const points = measuredPoints(rows, accuracy);
  return published.flatMap((figure) => {
    const { pairing, candidates } = candidatesFor(figure, points);
    const near = candidates.filter((point) => isSameKept(point, figure));
    // The dense control is one network under every method.
    return (figure.kept === 1 ? near.slice(0, 1) : near).flatMap((point) =>
      comparison(point, figure, pairing),
    );
  });
}

/** The published figures that `publishedComparisons` has nothing to compare with. */
export function uncomparedFigures(
  rows: readonly ResultRow[],
  published: readonly PublishedPoint[],
): UncomparedFigure[] {
  if (published.length === 0) return [];
  const points = measuredPoints(rows, accuracy);
  return published.flatMap((figure): UncomparedFigure[] => {
    const { candidates } = candidatesFor(figure, points);
    const near = candidates.filter((point) => isSameKept(point, figure));
    if (near.some(({ recovered }) => recovered.mean !== null)) return [];
    if (near.length > 0) return [{ published: figure, reason: { kind: "all diverged" } }];
    if (figure.kept === 1) return [{ published: figure, reason: { kind: "no dense control" } }];
    const kept = [...new Set(candidates.map(keptBy))].filter((part) => part < 1).sort((a, b) => b - a);
    return [{ published: figure, reason: { kind: "no point near", kept } }];
  });
}

/** The points that a figure may be compared with, at any fraction kept. */
function candidatesFor(
  { kept, same_as }: PublishedPoint,
  points: readonly MeasuredPoint[],
): { readonly pairing: Pairing; readonly candidates: readonly MeasuredPoint[] } {
  if (kept === 1) return { pairing: "same method", candidates: points };
  const members = same_as === null ? undefined : membersNamed(same_as);
  const same =
    members === undefined ? [] : points.filter(({ rows }) => rows.some((row) => hasMembers(row, members)));
  if (same.length > 0) return { pairing: "same method", candidates: same };
  return {
    pairing: "other method",
    candidates: points.filter(({ rows }) => !rows.some(isVariant)),
  };
}

function isSameKept(point: MeasuredPoint, { kept }: PublishedPoint): boolean {
  return Math.abs(keptBy(point) - kept) <= SAME_KEPT * kept && (kept === 1) === (point.sparsity === 0);
}

/** The fraction of the weights that a point keeps: as asked for, or of an effective sparsity, which whole units meet nearly, as reached. */
function keptBy({ sparsity, rows }: MeasuredPoint): number {
  const reached = present(rows.map((row) => (isToEffective(row) ? row.effective_sparsity : null)));
  return 1 - (meanInterval(reached).mean ?? sparsity);
}

function comparison(
  { method, sparsity, n, recovered: { mean, ci95 } }: MeasuredPoint,
  published: PublishedPoint,
  pairing: Pairing,
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
      pairing,
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
