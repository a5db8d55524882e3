import { type RandomStream, randomStream } from "../../foundations/random.ts";

/** Values that are drawn anew together: the runs of one method on one task. */
export type Stratum = readonly number[];

/** A statistic and its 95% interval; null where no stratum has two values. */
export interface Estimate {
  readonly value: number;
  readonly ci95: { readonly low: number; readonly high: number } | null;
}

const RESAMPLES = 2000;

/**
 * A statistic of several strata with its percentile bootstrap interval: 2000 times each stratum is drawn anew, with
 * replacement, from its own values (Agarwal et al. 2021, section 4.1). `purpose` names the random numbers, so that the
 * same values give the same interval.
 */
export function stratifiedBootstrap(
  strata: readonly Stratum[],
  statistic: (strata: readonly Stratum[]) => number,
  purpose: string,
): Estimate {
  const value = statistic(strata);
  if (strata.every(({ length }) => length < 2)) return { value, ci95: null };
  const random = randomStream(0, "stratified bootstrap", purpose);
  const drawn = Array.from({ length: RESAMPLES }, () =>
    statistic(strata.map((stratum) => resample(stratum, random))),
  ).sort((a, b) => a - b);
  return { value, ci95: { low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) } };
}

function resample(stratum: Stratum, random: RandomStream): Stratum {
  return stratum.map(() => stratum[random.below(stratum.length)] as number);
}

/** Of values in ascending order, with those between two of them interpolated. */
export function quantile(ascending: readonly number[], fraction: number): number {
  const place = fraction * (ascending.length - 1);
  const below = ascending[Math.floor(place)] as number;
  const above = ascending[Math.ceil(place)] as number;
  return below + (place - Math.floor(place)) * (above - below);
}
