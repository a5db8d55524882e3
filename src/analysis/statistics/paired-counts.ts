import { wilsonInterval } from "../../metrics/accuracy.ts";
import type { Interval } from "../../metrics/metric.ts";

/** Two networks on the same test examples, each of which either has right or wrong. */
export interface PairedCounts {
  readonly bothRight: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
}

/** Counts the answers of two networks. Throws a RangeError where they are not to the same number of examples. */
export function pairedCounts(first: readonly boolean[], second: readonly boolean[]): PairedCounts {
  if (first.length !== second.length) {
    throw new RangeError(`${first.length} answers cannot be paired with ${second.length}`);
  }
  const counts = { bothRight: 0, onlyFirst: 0, onlySecond: 0, neither: 0 };
  for (const [i, right] of first.entries()) {
    if (right) counts[second[i] ? "bothRight" : "onlyFirst"]++;
    else counts[second[i] ? "onlySecond" : "neither"]++;
  }
  return counts;
}

/**
 * The two-sided exact p-value of McNemar's test (1947, "Note on the sampling error of the difference between correlated
 * proportions or percentages"): of the examples on which the networks differ, as many on either side, by the binomial
 * distribution with probability 1/2. 1 where they differ on none.
 */
export function mcNemar({ onlyFirst, onlySecond }: PairedCounts): number {
  const differing = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  // log of C(differing, k) / 2^differing, from k = 0 on: 2^-differing itself would be 0 for a thousand examples.
  let log = -differing * Math.LN2;
  const logs = [log];
  for (let k = 1; k <= fewer; k++) {
    log += Math.log((differing - k + 1) / k);
    logs.push(log);
  }
  const tail = logs.reduce((sum, each) => sum + Math.exp(each - log), 0) * Math.exp(log);
  return Math.min(1, 2 * tail);
}

/**
 * The 95% interval of the first network's accuracy minus the second's, from -1 to 1: method 10 of Newcombe 1998, "Improved
 * confidence intervals for the difference between binomial proportions based on paired data", which joins the score
 * intervals of the two by their correlation over the examples.
 */
export function pairedInterval({ bothRight, onlyFirst, onlySecond, neither }: PairedCounts): Interval {
  const count = bothRight + onlyFirst + onlySecond + neither;
  const first = (bothRight + onlyFirst) / count;
  const second = (bothRight + onlySecond) / count;
  const [ofFirst, ofSecond] = [wilsonInterval(first, count), wilsonInterval(second, count)];
  const correlation = correlationOf({ bothRight, onlyFirst, onlySecond, neither });
  const joined = (a: number, b: number) => Math.sqrt(Math.max(0, a * a - 2 * correlation * a * b + b * b));
  return {
    low: first - second - joined(first - ofFirst.low, ofSecond.high - second),
    high: first - second + joined(ofFirst.high - first, second - ofSecond.low),
  };
}

/** Of right answers over the examples, with Newcombe's correction for continuity; 0 where a network is always right or wrong. */
function correlationOf({ bothRight, onlyFirst, onlySecond, neither }: PairedCounts): number {
  const count = bothRight + onlyFirst + onlySecond + neither;
  const margins =
    (bothRight + onlyFirst) * (onlySecond + neither) * (bothRight + onlySecond) * (onlyFirst + neither);
  if (margins === 0) return 0;
  const together = bothRight * neither - onlyFirst * onlySecond;
  const corrected = together > 0 ? Math.max(together - count / 2, 0) : together;
  return corrected / Math.sqrt(margins);
}
