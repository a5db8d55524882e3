import jstat from "jstat";
import { deviationBias, upperQuantile } from "../statistics/student-t.ts";
import type { DropEstimate } from "./drop-estimate.ts";

/**
 * What is printed is caught 95 times in 100. It is computed for a little more, because the spread that it rests
 * on is an estimate, and the smaller of two estimates is likely too small.
 */
const POWER = 0.97;
/** Steps of the numerical integral over the spread that a sweep happens to show. */
const NODES = 200;

export interface DetectionRule {
  /** One-sided level of a single test: alpha over the number of tests. */
  readonly level: number;
  /** In the unit of differences: a drop up to this is no regression, however significant. */
  readonly tolerance: number;
}

/**
 * The smallest true drop, in the unit of differences, that a check with these seeds catches in 95 of 100 repetitions:
 * the smallest over the estimates, each tested at `level` over their number. A drop is caught when the estimate
 * exceeds both the tolerance and t times its standard error; the estimate is normal round the true drop, its
 * standard error varies as the root of chi-squared. The true spread is taken to be the observed one without its
 * bias (c4). Null where it would be more than there is to lose, or where nothing is known of the error: then no drop can be
 * seen.
 */
export function smallestDetectableDrop(
  estimates: readonly DropEstimate[],
  rule: DetectionRule,
): number | null {
  const level = rule.level / estimates.length;
  const drops = estimates.map((estimate) => ({
    drop: detectableBy(estimate, { ...rule, level }),
    most: estimate.most,
  }));
  const possible = drops
    .filter(({ drop, most }) => Number.isFinite(drop) && drop <= most)
    .map(({ drop }) => drop);
  return possible.length === 0 ? null : Math.min(...possible);
}

function detectableBy(estimate: DropEstimate, rule: DetectionRule): number {
  const { standardError, degreesOfFreedom, spreadDegreesOfFreedom } = estimate;
  // In units of the true standard error of the estimate.
  const scale = standardError / deviationBias(spreadDegreesOfFreedom);
  const critical = upperQuantile(rule.level, degreesOfFreedom);
  const thresholds = spreadQuantiles(spreadDegreesOfFreedom).map((spread) =>
    Math.max(rule.tolerance / scale, critical * spread),
  );
  const power = (drop: number) =>
    thresholds.reduce((sum, threshold) => sum + jstat.normal.cdf(drop - threshold, 0, 1), 0) /
    thresholds.length;
  // Power grows with the drop: bisect between a drop that is missed half the time and one that never is.
  let low = thresholds[0] ?? 0;
  let high = (thresholds.at(-1) ?? 0) + 4;
  while (high - low > 1e-3 * high) {
    const middle = (low + high) / 2;
    if (power(middle) < POWER) low = middle;
    else high = middle;
  }
  return high * scale;
}

const quantilesByDegrees = new Map<number, readonly number[]>();

/** Evenly spaced quantiles of (sample deviation / true deviation), ascending. */
function spreadQuantiles(degreesOfFreedom: number): readonly number[] {
  if (degreesOfFreedom === Number.POSITIVE_INFINITY) return [1];
  const known = quantilesByDegrees.get(degreesOfFreedom);
  if (known !== undefined) return known;
  const quantiles = Array.from({ length: NODES }, (_, i) =>
    Math.sqrt(jstat.chisquare.inv((i + 0.5) / NODES, degreesOfFreedom) / degreesOfFreedom),
  );
  quantilesByDegrees.set(degreesOfFreedom, quantiles);
  return quantiles;
}
