import { inputError } from "../foundations/errors.ts";
import type { Metric } from "../metrics/metric.ts";
import { metrics, primaryMetric, recoveredValue } from "../metrics/registry.ts";
import { differenceText } from "../metrics/words.ts";
import type { HistoryRow, ResultRow } from "../recording/rows.ts";
import { kneeSparsity, largestNonInferiorSparsity, validationCurve } from "./curve-summaries.ts";
import { smallestDetectableDrop } from "./detectable-drop.ts";
import type { Comparison } from "./drop-estimate.ts";
import { type DropTest, testDrops } from "./drop-tests.ts";
import {
  compareEveryCell,
  compareExactly,
  type ExactComparison,
  type ExactDifference,
} from "./exact-columns.ts";
import { groupBy } from "./group-by.ts";
import { distinct, type MatchedPoint, matchPoints, type TableNames } from "./match-points.ts";
import { meanInterval } from "./mean-interval.ts";
import { pairedDifferences } from "./seed-values.ts";
import { areaSubject, curveLabels, pointSubject, type Subject, withoutRepeatedControls } from "./subjects.ts";

export interface CompareOptions {
  /** One-sided level over all points and curves together. */
  readonly alpha: number;
  /** In the unit of the metric's differences: a smaller drop is no regression. Undefined for the metric's own. */
  readonly tolerance: number | undefined;
  /** Compare the points that both sides have, rather than refuse different grids. */
  readonly allowMissing: boolean;
  /** Any difference in any cell is a regression; nothing is tested. */
  readonly exact: boolean;
}

/** One side of a comparison. */
export interface CurveTable {
  readonly rows: readonly ResultRow[];
  /** Epochs of fine-tuning, where they are known. */
  readonly history?: readonly HistoryRow[] | undefined;
}

/** One point of a curve (with a sparsity), or the area under a curve (with none), on both sides. */
export interface ComparedItem {
  readonly curve: string;
  readonly sparsity: number | null;
  /** `changed`: a column that has to be equal is not. `untested`: no value on one side. */
  readonly verdict: "changed" | DropTest["verdict"] | "untested";
  /** Mean over the seeds, as it is shown: in percent for an accuracy. */
  readonly baseline: number | null;
  readonly results: number | null;
  /** How much worse than the baseline, in the unit of the metric's differences, and how it was estimated. */
  readonly drop: number | null;
  readonly by: Comparison | null;
  readonly seeds: { readonly baseline: number; readonly results: number; readonly common: number };
  /** One-sided, adjusted by Holm over all items. */
  readonly pValue: number | null;
  /** The true drop, in the same unit, that is caught 95 times in 100. */
  readonly smallestDetectableDrop: number | null;
  readonly testable: boolean;
  readonly differences: readonly ExactDifference[];
}

/** Whether an item is why a check fails. */
export function isFailure({ verdict }: ComparedItem): boolean {
  return verdict === "changed" || verdict === "regression";
}

/** What is told of a curve beside its tests. */
export interface ComparedCurve {
  readonly curve: string;
  /** See largestNonInferiorSparsity; null where it is not known. */
  readonly nonInferior: { readonly baseline: number | null; readonly results: number | null };
  /** See kneeSparsity, on validation data; null where it is not known, or where there is none. */
  readonly knee: { readonly baseline: number | null; readonly results: number | null };
}

export interface CurveComparison {
  readonly verdict: "identical" | "no regression" | "regression";
  /** Name of the metric that was compared. */
  readonly metric: string;
  /** What was let pass, in the unit of its differences. */
  readonly tolerance: number;
  /** Worst first. */
  readonly items: readonly ComparedItem[];
  readonly curves: readonly ComparedCurve[];
  /** What the reader must know to weigh the verdict. */
  readonly notes: readonly string[];
}

/**
 * Compares two result tables: the columns that have to be equal, then the primary metric (accuracy, or the loss of
 * a regression) at every point and the area under every curve. Rows of sparsity 0 that several methods share count once. Throws a PruneLabError of kind
 * `input` for tables that cannot be compared.
 */
export function compareCurves(
  baseline: CurveTable,
  results: CurveTable,
  options: CompareOptions & { readonly names: TableNames },
): CurveComparison {
  const { points, missing } = matchPoints(baseline.rows, results.rows, options);
  const label = curveLabels(points);
  const metric = primaryMetric(points.flatMap((point) => [...point.baseline, ...point.results]));
  const tolerance = options.tolerance ?? metric.difference.tolerance;
  const compared = { metric: metric.name, tolerance };
  if (options.exact) return { ...compared, ...compareBytes(points, missing, label, metric) };
  refuseWithoutValues(points, metric, options.names);

  const exact = new Map(points.map((point) => [point, compareExactly(point)]));
  const unique = withoutRepeatedControls(points);
  const curves = [...groupBy(points, ({ key }) => label(key)).entries()];
  const subjects: readonly Subject[] = [
    ...unique.map((point) =>
      pointSubject(point, { curve: label(point.key), metric }, exact.get(point)?.differences),
    ),
    ...curves.flatMap(([curve, curvePoints]) => areaSubject(curve, curvePoints, metric)),
  ];
  const tests = testDrops(
    subjects.map(({ sample }) => sample),
    { alpha: options.alpha, tolerance },
  );
  const tested = tests.filter((test) => test !== undefined).length;
  const rule = { level: options.alpha / Math.max(1, tested), tolerance };
  const items = subjects.map((subject, i) => itemOf(subject, tests[i], rule));
  const failed = items.some(isFailure);
  const identical = missing.length === 0 && points.every((point) => compareEveryCell(point).length === 0);
  return {
    ...compared,
    verdict: failed ? "regression" : identical ? "identical" : "no regression",
    items: items.sort(worseFirst),
    curves: curves.map(([curve, curvePoints]) =>
      compareCurve(curve, curvePoints, { metric, baseline, results }),
    ),
    notes: [...notesOn(points, exact, items, metric), ...missing.map((line) => `Not compared: ${line}.`)],
  };
}

function compareBytes(
  points: readonly MatchedPoint[],
  missing: readonly string[],
  label: (key: MatchedPoint["key"]) => string,
  metric: Metric,
): Omit<CurveComparison, "metric" | "tolerance"> {
  const items = points.map((point): ComparedItem => {
    const subject = pointSubject(point, { curve: label(point.key), metric }, compareEveryCell(point));
    const changed = subject.differences.length > 0;
    return { ...itemOf(subject, undefined), verdict: changed ? "changed" : "no difference" };
  });
  const changed = items.some(({ verdict }) => verdict === "changed");
  return {
    verdict: changed ? "regression" : "identical",
    items: items.sort(worseFirst),
    curves: [],
    notes: missing.map((line) => `Not compared: ${line}.`),
  };
}

function refuseWithoutValues(points: readonly MatchedPoint[], metric: Metric, names: TableNames): void {
  const rows = points.flatMap((point) => [...point.baseline, ...point.results]);
  if (rows.some((row) => recoveredValue(metric, row) !== null)) return;
  const nouns = metrics.list().map(({ noun }) => noun);
  throw inputError(
    `${names.results} and ${names.baseline} hold no ${nouns.join(" and no ")}, and so nothing to test.`,
    { hint: "Compare every cell with --exact." },
  );
}

function itemOf(
  { curve, sparsity, sample, shown, differences }: Subject,
  test: DropTest | undefined,
  rule?: { readonly level: number; readonly tolerance: number },
): ComparedItem {
  const detectable =
    test === undefined || rule === undefined ? null : smallestDetectableDrop(test.estimates, rule);
  return {
    curve,
    sparsity,
    verdict: differences.length > 0 ? "changed" : (test?.verdict ?? "untested"),
    baseline: meanInterval([...shown.baseline.values()]).mean,
    results: meanInterval([...shown.results.values()]).mean,
    drop: test?.estimate.drop ?? null,
    by: test?.estimate.by ?? null,
    seeds: {
      baseline: sample.baseline.size,
      results: sample.results.size,
      common: pairedDifferences(sample.baseline, sample.results).length,
    },
    pValue: test?.pValue ?? null,
    smallestDetectableDrop: detectable,
    testable: detectable !== null && detectable <= sample.scale.metric.difference.coarse,
    differences,
  };
}

const SEVERITY: Readonly<Record<ComparedItem["verdict"], number>> = {
  changed: 0,
  regression: 1,
  untested: 2,
  "no difference": 3,
  improvement: 4,
};

function worseFirst(a: ComparedItem, b: ComparedItem): number {
  const bySeverity = SEVERITY[a.verdict] - SEVERITY[b.verdict];
  return bySeverity !== 0 ? bySeverity : (b.drop ?? 0) - (a.drop ?? 0);
}

function compareCurve(
  curve: string,
  points: readonly MatchedPoint[],
  { metric, baseline, results }: { metric: Metric; baseline: CurveTable; results: CurveTable },
): ComparedCurve {
  const method = points[0]?.key.method ?? "";
  const of = (side: "baseline" | "results") => points.flatMap((point) => point[side]);
  // A curve that falls by less than counts as a drop is flat.
  const knee = ({ history = [] }: CurveTable) =>
    kneeSparsity(validationCurve(history, { method, metric }), metric.difference.margin) ?? null;
  return {
    curve,
    nonInferior: {
      baseline: largestNonInferiorSparsity(of("baseline"), metric) ?? null,
      results: largestNonInferiorSparsity(of("results"), metric) ?? null,
    },
    knee: { baseline: knee(baseline), results: knee(results) },
  };
}

function notesOn(
  points: readonly MatchedPoint[],
  exact: ReadonlyMap<MatchedPoint, ExactComparison>,
  items: readonly ComparedItem[],
  { testSet, difference }: Metric,
): string[] {
  const notes: string[] = [];
  for (const column of ["recipe", "engine"] as const) {
    const before = distinct(points.flatMap(({ baseline }) => baseline.map((row) => row[column])));
    const now = distinct(points.flatMap(({ results }) => results.map((row) => row[column])));
    if (before.join() !== now.join()) {
      const effect =
        column === "recipe" ? ": other settings or data, so seeds are not compared in pairs" : "";
      notes.push(
        `The ${column} differs: ${before.join(", ")} in the baseline, ${now.join(", ")} now${effect}.`,
      );
    }
  }
  const unverified = distinct([...exact.values()].flatMap((comparison) => comparison.unverified));
  if (unverified.length > 0) {
    notes.push(
      `Not verified: ${unverified.join(", ")}. They depend on the trained weights, and the baseline has no row of the same dense network.`,
    );
  }
  if (items.some(({ by }) => by === "test set")) {
    const assumed = `an assumed deviation of ${differenceText({ difference }, difference.assumedDeviation)} between seeds`;
    const error = testSet === undefined ? assumed : `${testSet.name} (with one seed a side, and ${assumed})`;
    notes.push(
      `Without a spread over the seeds, ${difference.name}s are held against ${error}: a weaker statement.`,
    );
  }
  return notes;
}
