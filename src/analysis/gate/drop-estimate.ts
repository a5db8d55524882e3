import { greatestOf } from "../../foundations/extremes.ts";
import { type DifferenceScale, possibleDrops } from "../../metrics/difference.ts";
import type { Interval, Metric } from "../../metrics/metric.ts";
import { pairedDifferences, type SeedValues } from "../statistics/seed-values.ts";
import { upperQuantile, upperTail } from "../statistics/student-t.ts";

/** What is known of one measure on both sides, in the unit of its differences, the higher the better. */
export interface Sample {
  readonly scale: DifferenceScale;
  readonly baseline: SeedValues;
  readonly results: SeedValues;
  /** Test examples that each value stands on. */
  readonly testExamples: number;
  /** Same recipe: a seed that both sides have is the same start and data order, so that its noise is shared. */
  readonly paired: boolean;
}

/** How a drop was estimated: by the differences of pairs, by two groups, or from the size of the test set alone. */
export type Comparison = "pairs" | "groups" | "test set";

/** Baseline minus results. */
export interface DropEstimate {
  readonly by: Comparison;
  /** In the unit of the metric's differences, such as percentage points; positive is worse than the baseline. */
  readonly drop: number;
  readonly standardError: number;
  /** Of the t test; infinite where the standard error is not estimated from the spread of the seeds. */
  readonly degreesOfFreedom: number;
  /** How many independent deviations the standard error varies with: fewer where both sides share their noise. */
  readonly spreadDegreesOfFreedom: number;
  /** What there is to lose: no drop from this baseline is larger. Infinite for a metric without a worst value. */
  readonly most: number;
}

/** Up to this, in the unit of differences, a spread is rounding: tables have 6 decimals, or below 1 as many digits. */
const NO_SPREAD = 1e-6;

/** Two pairs have one degree of freedom: t is then so large that the groups always see more. */
const FEWEST_PAIRS = 3;

/**
 * The ways to estimate one drop, at least one unless a side is empty: from the differences of the seeds that both
 * sides share, and from all seeds with the variance pooled over both sides (Student's two-sample t). Pairs cost
 * half the degrees of freedom and pay only when a seed's values move together, which is not known beforehand;
 * groups are valid either way, since shared noise only makes their error too large. Without any spread, the
 * error of the test sets remains.
 */
export function dropEstimates(sample: Sample): DropEstimate[] {
  const { baseline, results } = sample;
  if (baseline.size === 0 || results.size === 0) return [];
  const groups = groupEstimate(sample);
  const estimates =
    groups.length === 0
      ? [testSetEstimate(sample)]
      : [...(sample.paired ? pairEstimate(sample) : []), ...groups];
  const most = mostToLose(sample);
  return estimates.map((estimate) => ({ ...estimate, most }));
}

/**
 * One-sided p-value of the hypothesis that there is no drop (with `gain`, no gain): the smallest of the
 * estimates', times their number (Bonferroni), and the estimate that gave it.
 */
export function strongest(
  estimates: readonly DropEstimate[],
  direction: "drop" | "gain",
): { readonly estimate: DropEstimate; readonly pValue: number } | undefined {
  const sign = direction === "drop" ? 1 : -1;
  const tests = estimates.map((estimate) => ({
    estimate,
    pValue: Math.min(
      1,
      estimates.length *
        upperTail((sign * estimate.drop) / estimate.standardError, estimate.degreesOfFreedom),
    ),
  }));
  return tests.sort((a, b) => a.pValue - b.pValue)[0];
}

/** The two-sided 95% interval of an estimate, within what there is to lose. */
export function estimateInterval({ drop, standardError, degreesOfFreedom, most }: DropEstimate): Interval {
  const half = upperQuantile(0.025, degreesOfFreedom) * standardError;
  return { low: drop - half, high: Math.min(drop + half, most) };
}

type Estimate = Omit<DropEstimate, "most">;

function mostToLose({ baseline, scale }: Sample): number {
  return possibleDrops(scale, mean([...baseline.values()]) / (scale.factor * scale.metric.scale)).most;
}

function pairEstimate({ baseline, results, testExamples, scale }: Sample): Estimate[] {
  const differences = pairedDifferences(baseline, results);
  const n = differences.length;
  if (n < FEWEST_PAIRS) return [];
  // Pairs that all differ by the same, or by nothing, may differ by what rounding hides.
  const deviation = Math.max(
    Math.sqrt(squares(differences) / (n - 1)),
    roundingDeviation([...baseline.values(), ...results.values()], testExamples, scale),
  );
  return [
    {
      by: "pairs",
      drop: mean(differences),
      standardError: deviation / Math.sqrt(n),
      degreesOfFreedom: n - 1,
      spreadDegreesOfFreedom: n - 1,
    },
  ];
}

function groupEstimate({ baseline, results, paired }: Sample): Estimate[] {
  const before = [...baseline.values()];
  const now = [...results.values()];
  const degreesOfFreedom = before.length + now.length - 2;
  if (degreesOfFreedom === 0) return [];
  const deviation = Math.sqrt((squares(before) + squares(now)) / degreesOfFreedom);
  if (deviation <= NO_SPREAD * Math.min(1, greatestOf([...before, ...now].map(Math.abs)))) return [];
  const seeds = new Set([...baseline.keys(), ...results.keys()]).size;
  return [
    {
      by: "groups",
      drop: mean(before) - mean(now),
      standardError: deviation * Math.sqrt(1 / before.length + 1 / now.length),
      degreesOfFreedom,
      spreadDegreesOfFreedom: paired ? Math.min(degreesOfFreedom, seeds - 1) : degreesOfFreedom,
    },
  ];
}

/**
 * The deviation that rounding leaves in the difference of two values: to whole test examples, to decimals, or, where the
 * metric is a formula, to digits.
 */
function roundingDeviation(
  scaled: readonly number[],
  testExamples: number,
  { metric, factor }: DifferenceScale,
): number {
  const unit = Math.abs(factor) * metric.scale;
  const resolution =
    metric.testSet === undefined
      ? NO_SPREAD * Math.min(1, greatestOf(scaled.map(Math.abs)) / unit)
      : (metric.testSet.resolution?.(testExamples) ?? NO_SPREAD);
  return (unit * resolution) / Math.sqrt(6);
}

/**
 * The two test sets count as independent, although they are the same examples: this error is too large rather
 * than too small. Seeds share the test set, so more of them do not shrink it.
 */
function testSetEstimate({ baseline, results, testExamples, scale }: Sample): Estimate {
  const before = mean([...baseline.values()]);
  const now = mean([...results.values()]);
  const { testSet } = scale.metric;
  const deviation = assumedDeviation(scale.metric, { baseline: baseline.size, results: results.size });
  const seedVariance = assumedVariance(before, deviation, scale) + assumedVariance(now, deviation, scale);
  const variance = testSetVariance(before, testExamples, scale) + testSetVariance(now, testExamples, scale);
  const known = testSet !== undefined || deviation > 0;
  return {
    by: "test set",
    drop: before - now,
    standardError: known ? Math.sqrt(variance + seedVariance) : Number.POSITIVE_INFINITY,
    degreesOfFreedom: Number.POSITIVE_INFINITY,
    spreadDegreesOfFreedom: Number.POSITIVE_INFINITY,
  };
}

/**
 * The deviation between seeds that is assumed where they show none: for one seed a side what the metric says, and for more,
 * which agree, nothing beside the error of the test sets, or its margin where test sets say nothing. In the unit of
 * differences; 0 where nothing is known either.
 */
export function assumedDeviation(
  { testSet, difference }: Pick<Metric, "testSet" | "difference">,
  seeds: { readonly baseline: number; readonly results: number },
): number {
  if (seeds.baseline === 1 && seeds.results === 1) return difference.assumedDeviation;
  if (testSet !== undefined) return 0;
  return difference.assumedDeviation || difference.margin;
}

/** Scaled values are percent of the baseline's where differences are relative, and the deviation is of each own. */
function assumedVariance(scaled: number, deviation: number, { metric }: DifferenceScale): number {
  const part = metric.difference.kind === "relative" ? scaled / 100 : 1;
  return (part * deviation) ** 2;
}

/** Of a value in the unit of differences. */
function testSetVariance(scaled: number, examples: number, { metric, factor }: DifferenceScale): number {
  if (metric.testSet === undefined) return 0;
  const unit = factor * metric.scale;
  const value = metric.testSet.cautious(scaled / unit, examples);
  return unit ** 2 * metric.testSet.variance(value, examples);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sum of the squared distances from the mean. */
function squares(values: readonly number[]): number {
  const center = mean(values);
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0);
}
