import { groupBy } from "../../foundations/group-by.ts";
import { upperTail } from "./student-t.ts";

/** What a series says of a decline. Values are the higher the better, in the order in which they came. */
export interface Decline {
  /** One-sided p-value of the hypothesis that the order of the values is chance. */
  readonly pValue: number;
  /** Median of the first quarter of the values, and of the last. */
  readonly before: number;
  readonly now: number;
}

/**
 * Tests a series for a decline by the trend test of Mann (1945) and Kendall: it counts the pairs of values of which the
 * later one is lower, and takes nothing for granted but that values without a trend come in any order. The p-value
 * is exact where no two values are equal, and else that of the normal approximation, corrected for ties and
 * continuity. Undefined below two values.
 */
export function declineOf(values: readonly number[]): Decline | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const quarter = Math.max(1, Math.floor(n / 4));
  return {
    pValue: mannKendall(values),
    before: median(values.slice(0, quarter)),
    now: median(values.slice(-quarter)),
  };
}

/** One-sided p-value of a decline. */
function mannKendall(values: readonly number[]): number {
  const n = values.length;
  const pairs = (n * (n - 1)) / 2;
  let falling = 0;
  let rising = 0;
  for (const [j, later] of values.entries()) {
    for (let i = 0; i < j; i++) {
      const earlier = values[i] ?? later;
      if (later < earlier) falling++;
      else if (later > earlier) rising++;
    }
  }
  if (falling + rising === pairs) return fallingTail(n, falling);
  const ties = [...groupBy(values, (value) => value).values()].map(({ length }) => length);
  const weight = (count: number) => count * (count - 1) * (2 * count + 5);
  const variance = (weight(n) - ties.reduce((sum, count) => sum + weight(count), 0)) / 18;
  if (variance === 0) return 1;
  return upperTail((falling - rising - 1) / Math.sqrt(variance), Number.POSITIVE_INFINITY);
}

/** By the number of values, then by the least number of falling pairs. */
const fallingTails = new Map<number, readonly number[]>();

/** The probability that a random order of n distinct values has so many falling pairs or more. */
function fallingTail(n: number, falling: number): number {
  const tails = fallingTails.get(n) ?? tailsOf(n);
  fallingTails.set(n, tails);
  return tails[falling] ?? 0;
}

/** The k-th value falls below 0 to k - 1 earlier ones, each number as likely as any other. */
function tailsOf(n: number): number[] {
  let probabilities = [1];
  for (let k = 2; k <= n; k++) {
    const next = new Array<number>(probabilities.length + k - 1).fill(0);
    for (const [pairs, probability] of probabilities.entries()) {
      for (let more = 0; more < k; more++) next[pairs + more] = (next[pairs + more] ?? 0) + probability / k;
    }
    probabilities = next;
  }
  // Summed from the small end of the tail, so that nothing is lost to rounding.
  let sum = 0;
  return probabilities
    .toReversed()
    .map((probability) => {
      sum += probability;
      return sum;
    })
    .reverse();
}

/**
 * Where a series changes, by the statistic of Pettitt (1979): the index of the first value of the later part, for the
 * split in which values before it exceed values after it in most pairs.
 */
export function changePoint(values: readonly number[]): number {
  let best = { at: 1, excess: Number.NEGATIVE_INFINITY };
  for (let at = 1; at < values.length; at++) {
    const later = values.slice(at);
    const excess = values
      .slice(0, at)
      .reduce((sum, before) => sum + later.reduce((inner, now) => inner + Math.sign(before - now), 0), 0);
    if (excess > best.excess) best = { at, excess };
  }
  return best.at;
}

function median(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b);
  const middle = Math.floor(ascending.length / 2);
  const upper = ascending[middle] ?? Number.NaN;
  return ascending.length % 2 === 1 ? upper : (upper + (ascending[middle - 1] ?? upper)) / 2;
}
