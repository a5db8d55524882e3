import jstat from "jstat";
import type { HistoryRow, ResultRow } from "../recording/rows.ts";
import { pairedDifferences, type SeedValues } from "./drop-estimate.ts";
import { groupBy } from "./group-by.ts";
import { testSetMargin } from "./test-set-margin.ts";

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

/** The percentage points below the dense control that count as no loss, unless the caller says otherwise. */
export const NON_INFERIORITY_MARGIN = 1;

/**
 * The largest sparsity of one curve that is not inferior to the dense control (the rows of sparsity 0) by `margin`
 * percentage points or more: the upper end of the one-sided 95% interval of the drop, paired by seed, lies below
 * the margin. Sparsities are tried in ascending order until the first that fails, so that no correction for
 * trying many is due. With one seed the interval is that of the test set. Undefined without a dense control, and
 * 0 when nothing else passes.
 */
export function largestNonInferiorSparsity(
  rows: readonly ResultRow[],
  margin: number = NON_INFERIORITY_MARGIN,
): number | undefined {
  const points = [...groupBy(rows, (row) => row.target_sparsity)].sort(([a], [b]) => a - b);
  const control = points.find(([sparsity]) => sparsity === 0)?.[1];
  if (control === undefined || accuracies(control).size === 0) return undefined;
  let largest = 0;
  for (const [sparsity, point] of points) {
    if (sparsity === 0) continue;
    const bound = dropBound(control, point);
    if (bound === undefined || bound >= margin) return largest;
    largest = sparsity;
  }
  return largest;
}

/** Upper end of the one-sided 95% interval of (control - point), in percentage points. */
function dropBound(control: readonly ResultRow[], point: readonly ResultRow[]): number | undefined {
  const differences = pairedDifferences(accuracies(control), accuracies(point));
  const n = differences.length;
  const [only = 0] = differences;
  if (n === 0) return undefined;
  if (n === 1) {
    const examples = point[0]?.test_examples ?? 1;
    const margins = [control, point].map(
      (rows) => testSetMargin(rows[0]?.accuracy ?? 0, examples) / 1.959964,
    );
    return only + 1.644854 * 100 * Math.hypot(...margins);
  }
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return mean + jstat.studentt.inv(0.95, n - 1) * Math.sqrt(variance / n);
}

/** Accuracy after recovery by seed, in percent, of the rows that have one. */
export function accuracies(rows: readonly ResultRow[]): SeedValues {
  return new Map(
    rows.flatMap(({ seed, accuracy }): [number, number][] =>
      accuracy === null ? [] : [[seed, 100 * accuracy]],
    ),
  );
}

/** A curve that falls by less than this many percentage points has no knee. */
const FLAT = 1;

/**
 * The knee of a curve: the sparsity at which it lies farthest above the straight line from its first to its last
 * point (Satopaa et al. 2011, "Finding a Kneedle in a Haystack", without smoothing); the smallest of several.
 * Choose it on validation data (`validationCurve`), so that the test accuracy reported there is not a selected
 * one. Undefined for a curve of fewer than three points, or one that falls by less than a percentage point.
 */
export function kneeSparsity(points: readonly CurvePoint[]): number | undefined {
  const ascending = bySparsity(points);
  const first = ascending[0];
  const last = ascending.at(-1);
  if (first === undefined || last === undefined || ascending.length < 3) return undefined;
  if (first.value - last.value < FLAT) return undefined;
  const slope = (last.value - first.value) / (last.sparsity - first.sparsity);
  const height = ({ sparsity, value }: CurvePoint) =>
    value - first.value - slope * (sparsity - first.sparsity);
  return ascending.reduce((best, point) => (height(point) > height(best) ? point : best)).sparsity;
}

/**
 * Mean validation accuracy over the seeds, in percent, at each sparsity of a method: of the last epoch of
 * fine-tuning, or with `select: best` of the best one, which is the one that counts there. Empty when the history
 * has no such epochs: without fine-tuning, or without validation examples.
 */
export function validationCurve(
  history: readonly HistoryRow[],
  method: string,
  select: "last" | "best" = "last",
): CurvePoint[] {
  const epochs = history.filter((row) => row.phase === "finetune" && row.method === method);
  const points = groupBy(epochs, (row) => row.target_sparsity);
  return [...points].flatMap(([sparsity, rows]): CurvePoint[] => {
    const seeds = [...groupBy(rows, (row) => row.seed).values()];
    const values = seeds.map((seed) => {
      const trained = seed.filter(({ epoch }) => epoch > 0).map((row) => row.validation_accuracy);
      const known = trained.filter((value) => value !== null);
      return select === "best" && known.length > 0 ? Math.max(...known) : trained.at(-1);
    });
    const known = values.filter((value) => typeof value === "number");
    if (sparsity === null || known.length < seeds.length) return [];
    return [{ sparsity, value: (100 * known.reduce((sum, value) => sum + value, 0)) / known.length }];
  });
}

function bySparsity(points: readonly CurvePoint[]): CurvePoint[] {
  return points.toSorted((a, b) => a.sparsity - b.sparsity);
}
