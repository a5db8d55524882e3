import { type DetectionRule, smallestDetectableDrop } from "./detectable-drop.ts";
import { type DropEstimate, dropEstimates, type Sample } from "./drop-estimate.ts";

/**
 * A check that adds seeds while its verdict is in doubt looks at its data several times, and each look may raise a false
 * alarm. So the looks share the level: with n of at most N seeds a test has alpha / 2 where n = N, alpha / 4 from N / 2
 * on, alpha / 8 from N / 4 on, and so forth. The number of seeds doubles from look to look, so the shares sum up to
 * less than alpha, whatever the looks have to do with each other (Bonferroni; most is left to the last look, as O'Brien
 * and Fleming 1979 do). The share depends on the number of seeds alone: looking again says the same.
 */
export function levelAt(seeds: number, { alpha, maxSeeds }: Plan): number {
  return alpha / 2 ** (1 + Math.max(0, Math.ceil(Math.log2(maxSeeds / seeds))));
}

/** How many seeds the next look takes. */
export function nextSeeds(seeds: number, { maxSeeds }: Pick<Plan, "maxSeeds">): number {
  return Math.max(seeds, Math.min(maxSeeds, 2 * seeds));
}

export interface Plan {
  /** One-sided level of all looks together. */
  readonly alpha: number;
  /** Most seeds of the results. */
  readonly maxSeeds: number;
}

/** What a look says of one point or area. */
export interface LookedAt {
  /** In the unit of the metric's differences. */
  readonly drop: number | null;
  /** Adjusted over all items. */
  readonly pValue: number | null;
  /** Whether a drop that matters would be caught with these seeds. */
  readonly testable: boolean;
  /** Whether it would be with the most seeds that are allowed. */
  readonly reachable: boolean;
}

export type Doubt = "suspected" | "not testable";

/**
 * Why an item needs more seeds: its drop is significant at alpha, though not at the level of this look; or a drop that
 * matters could pass unseen, which more seeds would change. Undefined where there is no doubt, or nothing to be done.
 */
export function doubtAbout(
  { drop, pValue, testable, reachable }: LookedAt,
  { alpha, level, tolerance }: { readonly alpha: number; readonly level: number; readonly tolerance: number },
): Doubt | undefined {
  if (drop === null || pValue === null) return undefined;
  if (drop > tolerance && pValue <= alpha && pValue > level) return "suspected";
  return !testable && reachable ? "not testable" : undefined;
}

/**
 * The smallest drop that would be caught with so many seeds in the results, in the unit of differences, if their spread
 * stays as it is: seeds are added that the baseline has, as long as it has any. Undefined where no spread is known, and
 * where no drop could be seen.
 */
export function detectableWith(seeds: number, sample: Sample, rule: DetectionRule): number | undefined {
  const estimates = dropEstimates(sample).flatMap((estimate) => withSeeds(seeds, sample, estimate));
  return estimates.length === 0 ? undefined : (smallestDetectableDrop(estimates, rule) ?? undefined);
}

function withSeeds(seeds: number, { baseline, results }: Sample, estimate: DropEstimate): DropEstimate[] {
  if (estimate.by === "test set") return [];
  const deviationsNow =
    estimate.by === "pairs" ? 1 / (estimate.degreesOfFreedom + 1) : 1 / baseline.size + 1 / results.size;
  const pairs = Math.min(seeds, baseline.size);
  const deviationsThen = estimate.by === "pairs" ? 1 / pairs : 1 / baseline.size + 1 / seeds;
  const degreesOfFreedom = estimate.by === "pairs" ? pairs - 1 : baseline.size + seeds - 2;
  return [
    {
      ...estimate,
      standardError: estimate.standardError * Math.sqrt(deviationsThen / deviationsNow),
      degreesOfFreedom,
      spreadDegreesOfFreedom: Math.min(degreesOfFreedom, Math.max(baseline.size, seeds) - 1),
    },
  ];
}
