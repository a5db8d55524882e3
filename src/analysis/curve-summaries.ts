import { groupBy } from "../foundations/group-by.ts";
import { type DifferenceScale, differenceScale } from "../metrics/difference.ts";
import type { Metric } from "../metrics/metric.ts";
import { extremes, figureOf, recoveredValue } from "../metrics/registry.ts";
import type { HistoryRow, ResultRow } from "../recording/rows.ts";
import { isDenseControl } from "./dense-control.ts";
import { sameExamplesInterval } from "./one-network.ts";
import type { Pair } from "./statistics/drop-interval.ts";
import { meanInterval } from "./statistics/mean-interval.ts";
import {
  pairedDifferences,
  type SeedValues,
  scaled,
  scaleOf,
  shownValues,
} from "./statistics/seed-values.ts";
import { upperQuantile } from "./statistics/student-t.ts";

/** A measure at one sparsity of a curve. */
export interface CurvePoint {
  /** Fraction in 0..1. */
  readonly sparsity: number;
  readonly value: number;
}

/**
 * Area under a curve by the trapezoidal rule, divided by the range of sparsities: the mean height of the curve, in
 * the unit of its values. Undefined for fewer than two sparsities.
 */
export function areaUnderCurve(points: readonly CurvePoint[]): number | undefined {
  const ascending = bySparsity(points);
  const first = ascending[0];
  const last = ascending.at(-1);
  if (first === undefined || last === undefined || first.sparsity === last.sparsity) return undefined;
  let area = 0;
  for (const [i, point] of ascending.entries()) {
    const next = ascending[i + 1];
    if (next !== undefined) area += ((next.sparsity - point.sparsity) * (point.value + next.value)) / 2;
  }
  return area / (last.sparsity - first.sparsity);
}

/**
 * The largest sparsity of one curve that is not inferior to the dense control (the rows of sparsity 0) by `margin`
 * or more, in the unit of the metric's differences: the upper end of the one-sided 95% interval of the drop, paired
 * by seed, lies below the margin. Sparsities are tried in ascending order until the first that fails, so that no
 * correction for trying many is due. With one seed the interval is that of the test set. Undefined without a dense
 * control, and 0 when nothing else passes.
 */
export function largestNonInferiorSparsity(
  rows: readonly ResultRow[],
  metric: Metric,
  margin: number = metric.difference.margin,
): number | undefined {
  const points = [...groupBy(rows, (row) => row.target_sparsity)].sort(([a], [b]) => a - b);
  const control = points.find(([, of]) => of.some(isDenseControl))?.[1];
  const shown = control === undefined ? undefined : shownValues(control, metric);
  if (control === undefined || shown === undefined || shown.size === 0) return undefined;
  const scale = scaleOf(metric, shown);
  let largest = 0;
  for (const [sparsity, point] of points) {
    if (sparsity === 0) continue;
    const bound = dropBound(control, point, scale);
    if (bound === undefined || bound >= margin) return largest;
    largest = sparsity;
  }
  return largest;
}

/**
 * Upper end of the one-sided 95% interval of (control - point), in the unit of differences; of single networks whose answers
 * are known, that of the two-sided one.
 */
function dropBound(
  control: readonly ResultRow[],
  point: readonly ResultRow[],
  scale: DifferenceScale,
): number | undefined {
  const sameExamples = sameExamplesInterval(control, point, scale.metric);
  if (sameExamples !== undefined) return sameExamples.high;
  const differences = pairedDifferences(seedValues(control, scale), seedValues(point, scale));
  const [only = 0] = differences;
  const { n, mean, std } = meanInterval(differences);
  if (mean === null) return undefined;
  if (std === null) {
    const measuredOf = (rows: readonly ResultRow[]) =>
      rows.map((row) => recoveredValue(scale.metric, row)).find((value) => value !== null) ?? 0;
    const pair = { before: measuredOf(control), now: measuredOf(point) };
    const examples = point[0]?.test_examples ?? 1;
    return only + upperQuantile(0.05, Number.POSITIVE_INFINITY) * pairError(pair, scale, examples);
  }
  return mean + (upperQuantile(0.05, n - 1) * std) / Math.sqrt(n);
}

/**
 * The error, in the unit of differences, of the difference of two networks of one seed that the test set leaves, or the
 * spread between seeds that is assumed where it says nothing.
 */
export function pairError(pair: Pair, { metric, factor }: DifferenceScale, testExamples: number): number {
  const { testSet, difference } = metric;
  if (testSet === undefined) return Math.SQRT2 * difference.assumedDeviation;
  const errors = [pair.before, pair.now].map((value) =>
    Math.sqrt(testSet.variance(testSet.cautious(value, testExamples), testExamples)),
  );
  return Math.abs(factor) * metric.scale * Math.hypot(...errors);
}

/** The values after recovery by seed, in the unit of differences, the higher the better. */
export function seedValues(rows: readonly ResultRow[], scale: DifferenceScale): SeedValues {
  return scaled(shownValues(rows, scale.metric), scale);
}

/**
 * The knee of a curve: the sparsity at which it lies farthest above the straight line from its first to its last
 * point (Satopaa et al. 2011, "Finding a Kneedle in a Haystack", without smoothing); the smallest of several.
 * Choose it on validation data (`validationCurve`), so that the test accuracy reported there is not a selected
 * one. Undefined for a curve of fewer than three points, one that falls by less than `flat`, and one that also rises by
 * `flat` or more between two of its points: it has no one knee.
 */
export function kneeSparsity(points: readonly CurvePoint[], flat: number): number | undefined {
  const ascending = bySparsity(points);
  const first = ascending[0];
  const last = ascending.at(-1);
  if (first === undefined || last === undefined || ascending.length < 3) return undefined;
  if (first.value - last.value < flat || highestRise(ascending) >= flat) return undefined;
  const slope = (last.value - first.value) / (last.sparsity - first.sparsity);
  const height = ({ sparsity, value }: CurvePoint) =>
    value - first.value - slope * (sparsity - first.sparsity);
  return ascending.reduce((best, point) => (height(point) > height(best) ? point : best)).sparsity;
}

/**
 * Mean value on the validation examples over the seeds at each sparsity of a method, the higher the better, in the
 * unit of the metric's differences (relative ones: of the smallest sparsity): of the last epoch of fine-tuning, or
 * with `select: best` of the best one, which is the one that counts there. Empty when the history has no such
 * epochs: without fine-tuning, or without validation examples.
 */
export function validationCurve(
  history: readonly HistoryRow[],
  { method, metric }: { readonly method: string; readonly metric: Metric },
  select: "last" | "best" = "last",
): CurvePoint[] {
  const figure = metric.history.validation;
  if (figure === undefined) return [];
  const epochs = history.filter((row) => row.phase === "finetune" && row.method === method);
  const points = groupBy(epochs, (row) => row.target_sparsity);
  const shown = [...points].flatMap(([sparsity, rows]): CurvePoint[] => {
    const seeds = [...groupBy(rows, (row) => row.seed).values()];
    const values = seeds.map((seed) => {
      const trained = seed.filter(({ epoch }) => epoch > 0).map((row) => figureOf(figure, row));
      const known = trained.filter((value) => value !== null);
      return select === "best" && known.length > 0 ? extremes(metric, known).best : trained.at(-1);
    });
    const known = values.filter((value) => typeof value === "number");
    if (sparsity === null || known.length < seeds.length) return [];
    const sum = known.reduce((total, value) => total + value, 0);
    return [{ sparsity, value: (metric.scale * sum) / known.length }];
  });
  const { factor } = differenceScale(metric, bySparsity(shown)[0]?.value ?? null);
  return shown.map(({ sparsity, value }) => ({ sparsity, value: factor * value }));
}

/** How far a curve rises at most, from any point to a later one. */
function highestRise(ascending: readonly CurvePoint[]): number {
  let lowest = Number.POSITIVE_INFINITY;
  let rise = 0;
  for (const { value } of ascending) {
    lowest = Math.min(lowest, value);
    rise = Math.max(rise, value - lowest);
  }
  return rise;
}

function bySparsity(points: readonly CurvePoint[]): CurvePoint[] {
  return points.toSorted((a, b) => a.sparsity - b.sparsity);
}
