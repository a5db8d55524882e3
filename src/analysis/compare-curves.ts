import { inputError } from "../foundations/errors.ts";
import type { HistoryRow, ResultRow } from "../recording/rows.ts";
import { kneeSparsity, largestNonInferiorSparsity, validationCurve } from "./curve-summaries.ts";
import { smallestDetectableDrop } from "./detectable-drop.ts";
import { type Comparison, pairedDifferences } from "./drop-estimate.ts";
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
import { areaSubject, curveLabels, pointSubject, type Subject, withoutRepeatedControls } from "./subjects.ts";

export interface CompareOptions {
  /** One-sided level over all points and curves together. */
  readonly alpha: number;
  /** Percentage points: a smaller drop is no regression. */
  readonly tolerance: number;
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
  /** `changed`: a column that has to be equal is not. `untested`: no accuracy on one side. */
  readonly verdict: "changed" | DropTest["verdict"] | "untested";
  /** Mean over the seeds, in percent. */
  readonly baseline: number | null;
  readonly results: number | null;
  /** Baseline minus results, in percentage points, and how it was estimated. */
  readonly drop: number | null;
  readonly by: Comparison | null;
  readonly seeds: { readonly baseline: number; readonly results: number; readonly common: number };
  /** One-sided, adjusted by Holm over all items. */
  readonly pValue: number | null;
  /** The true drop, in percentage points, that is caught 95 times in 100. */
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
  /** Worst first. */
  readonly items: readonly ComparedItem[];
  readonly curves: readonly ComparedCurve[];
  /** What the reader must know to weigh the verdict. */
  readonly notes: readonly string[];
}

/** A point whose smallest detectable drop is larger, in percentage points, is called not testable. */
export const TESTABLE_UP_TO = 2;

/**
 * Compares two result tables: the columns that have to be equal, then the accuracy of every point and the area
 * under every curve. Rows of sparsity 0 that several methods share count once. Throws a PruneLabError of kind
 * `input` for tables that cannot be compared.
 */
export function compareCurves(
  baseline: CurveTable,
  results: CurveTable,
  options: CompareOptions & { readonly names: TableNames },
): CurveComparison {
  const { points, missing } = matchPoints(baseline.rows, results.rows, options);
  const label = curveLabels(points);
  if (options.exact) return compareBytes(points, missing, label);
  refuseWithoutAccuracy(points, options.names);

  const exact = new Map(points.map((point) => [point, compareExactly(point)]));
  const unique = withoutRepeatedControls(points);
  const curves = [...groupBy(points, ({ key }) => label(key)).entries()];
  const subjects: readonly Subject[] = [
    ...unique.map((point) => pointSubject(point, label(point.key), exact.get(point)?.differences)),
    ...curves.flatMap(([curve, curvePoints]) => areaSubject(curve, curvePoints)),
  ];
  const tests = testDrops(
    subjects.map(({ sample }) => sample),
    options,
  );
  const tested = tests.filter((test) => test !== undefined).length;
  const rule = { level: options.alpha / Math.max(1, tested), tolerance: options.tolerance };
  const items = subjects.map((subject, i) => itemOf(subject, tests[i], rule));
  const failed = items.some(isFailure);
  const identical = missing.length === 0 && points.every((point) => compareEveryCell(point).length === 0);
  return {
    verdict: failed ? "regression" : identical ? "identical" : "no regression",
    items: items.sort(worseFirst),
    curves: curves.map(([curve, curvePoints]) => compareCurve(curve, curvePoints, baseline, results)),
    notes: [...notesOn(points, exact, items), ...missing.map((line) => `Not compared: ${line}.`)],
  };
}

function compareBytes(
  points: readonly MatchedPoint[],
  missing: readonly string[],
  label: (key: MatchedPoint["key"]) => string,
): CurveComparison {
  const items = points.map((point): ComparedItem => {
    const subject = pointSubject(point, label(point.key), compareEveryCell(point));
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

function refuseWithoutAccuracy(points: readonly MatchedPoint[], names: TableNames): void {
  const rows = points.flatMap((point) => [...point.baseline, ...point.results]);
  if (rows.some(({ accuracy }) => accuracy !== null)) return;
  throw inputError(`${names.results} and ${names.baseline} hold no accuracies, which are what is tested.`, {
    hint: "Compare every cell with --exact.",
  });
}

function itemOf(
  { curve, sparsity, sample, differences }: Subject,
  test: DropTest | undefined,
  rule?: { readonly level: number; readonly tolerance: number },
): ComparedItem {
  const detectable =
    test === undefined || rule === undefined ? null : smallestDetectableDrop(test.estimates, rule);
  return {
    curve,
    sparsity,
    verdict: differences.length > 0 ? "changed" : (test?.verdict ?? "untested"),
    baseline: meanInterval([...sample.baseline.values()]).mean,
    results: meanInterval([...sample.results.values()]).mean,
    drop: test?.estimate.drop ?? null,
    by: test?.estimate.by ?? null,
    seeds: {
      baseline: sample.baseline.size,
      results: sample.results.size,
      common: pairedDifferences(sample.baseline, sample.results).length,
    },
    pValue: test?.pValue ?? null,
    smallestDetectableDrop: detectable,
    testable: detectable !== null && detectable <= TESTABLE_UP_TO,
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
  baseline: CurveTable,
  results: CurveTable,
): ComparedCurve {
  const method = points[0]?.key.method ?? "";
  const of = (side: "baseline" | "results") => points.flatMap((point) => point[side]);
  const knee = ({ history }: CurveTable) =>
    history === undefined ? null : (kneeSparsity(validationCurve(history, method)) ?? null);
  return {
    curve,
    nonInferior: {
      baseline: largestNonInferiorSparsity(of("baseline")) ?? null,
      results: largestNonInferiorSparsity(of("results")) ?? null,
    },
    knee: { baseline: knee(baseline), results: knee(results) },
  };
}

function notesOn(
  points: readonly MatchedPoint[],
  exact: ReadonlyMap<MatchedPoint, ExactComparison>,
  items: readonly ComparedItem[],
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
    notes.push(
      "Without a spread over the seeds, drops are held against the binomial error of the test sets (with one seed a side, and an assumed deviation of 1 point between seeds): a weaker statement.",
    );
  }
  return notes;
}
