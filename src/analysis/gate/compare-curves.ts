import { inputError } from "../../foundations/errors.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { Metric } from "../../metrics/metric.ts";
import { metrics, primaryMetric, recoveredValue } from "../../metrics/registry.ts";
import type { HistoryRow, ResultRow } from "../../recording/rows.ts";
import { kneeSparsity, largestNonInferiorSparsity, validationCurve } from "../curve-summaries.ts";
import {
  type AllowMissing,
  applies,
  type CurvePlace,
  type Level,
  type PointRule,
  type Threshold,
  thresholdAt,
} from "./check-settings.ts";
import { type ComparedItem, comparedItem, isFailure, isFinding, worseFirst } from "./compared-item.ts";
import { comparisonNotes } from "./comparison-notes.ts";
import { testDrops } from "./drop-tests.ts";
import { compareEveryCell, compareExactly } from "./exact-columns.ts";
import { type MatchedPoint, matchPoints, type TableNames } from "./match-points.ts";
import { missingSeeds } from "./missing-seeds.ts";
import { areaSubject, curveLabels, pointSubject, type Subject, withoutRepeatedControls } from "./subjects.ts";

export interface CompareOptions {
  /** One-sided level over all points and curves together. */
  readonly alpha: number;
  /** In the unit of the metric's differences: a smaller drop is no regression. Undefined for the metric's own. */
  readonly tolerance: number | undefined;
  /** What a finding means where no rule says otherwise. */
  readonly level: Level;
  /** Compare the seeds, or also the points, that both sides have, rather than refuse different ones. */
  readonly allowMissing: AllowMissing;
  /** Any difference in any cell is a regression; nothing is tested. */
  readonly exact: boolean;
  /** Tolerances and levels of single methods or sparsities. */
  readonly points: readonly PointRule[];
}

/** One side of a comparison. */
export interface CurveTable {
  readonly rows: readonly ResultRow[];
  /** Epochs of fine-tuning, where they are known. */
  readonly history?: readonly HistoryRow[] | undefined;
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
  /** Name of the metric that the study is judged by. */
  readonly metric: string;
  /** What was let pass, in the unit of its differences. */
  readonly tolerance: number;
  /** That metric, and those of the user's own that were compared too. */
  readonly metrics: readonly Metric[];
  /** Worst first. */
  readonly items: readonly ComparedItem[];
  readonly curves: readonly ComparedCurve[];
  /** What the reader must know to weigh the verdict. */
  readonly notes: readonly string[];
}

/**
 * Compares two result tables: the columns that have to be equal, then the primary metric (accuracy, or the loss of
 * a regression) and `ownMetrics`, whose columns both have, at every point and the area under every curve. Rows of sparsity 0
 * that several methods share count once. Throws a PruneLabError of kind `input` for tables that cannot be compared.
 */
export function compareCurves(
  baseline: CurveTable,
  results: CurveTable,
  options: CompareOptions & { readonly names: TableNames; readonly ownMetrics?: readonly Metric[] },
): CurveComparison {
  const { points, missing } = matchPoints(baseline.rows, results.rows, options);
  const seeds = missingSeeds(points, options);
  const label = curveLabels(points);
  const metric = primaryMetric(points.flatMap((point) => [...point.baseline, ...point.results]));
  const compared = [metric, ...(options.exact ? [] : (options.ownMetrics ?? []))];
  const tolerance = options.tolerance ?? metric.difference.tolerance;
  const thresholdOf = (subject: Subject) => {
    const place = placeOf(subject, metric);
    const otherwise = place.primary ? tolerance : metricOf(subject).difference.tolerance;
    return thresholdAt(place, options.points, { tolerance: otherwise, level: options.level });
  };
  const common = { metric: metric.name, tolerance, metrics: compared };
  const notCompared = missing.map((line) => `Not compared: ${line}.`);
  if (options.exact) {
    refuseWithoutCommonSeed(points, options.names);
    const notes = [...notCompared, ...seeds.map((line) => `Not compared: ${line}.`)];
    return { ...common, ...compareBytes(points, { label, metric, thresholdOf }), notes };
  }
  refuseWithoutValues(points, metric, options.names);

  const exact = new Map(points.map((point) => [point, compareExactly(point)]));
  const unique = withoutRepeatedControls(points);
  const curves = [...groupBy(points, ({ key }) => label(key)).entries()];
  const subjectsBy = (of: Metric): readonly Subject[] => [
    ...unique.map((point) =>
      // What has to be equal is told once, with the metric that the study is judged by.
      pointSubject(
        point,
        { curve: label(point.key), metric: of },
        of === metric ? exact.get(point)?.differences : [],
      ),
    ),
    ...curves.flatMap(([curve, curvePoints]) => areaSubject(curve, curvePoints, of)),
  ];
  const subjects = compared.flatMap((of) =>
    subjectsBy(of).filter((subject) => of === metric || hasValues(subject)),
  );
  const thresholds = subjects.map(thresholdOf);
  // One family: the level holds for all points of all metrics together.
  const tests = testDrops(
    subjects.map(({ sample }) => sample),
    { alpha: options.alpha, tolerance: thresholds.map((threshold) => threshold.tolerance) },
  );
  const level = options.alpha / Math.max(1, tests.filter((test) => test !== undefined).length);
  const items = subjects.map((subject, i) => {
    const test = tests[i];
    return comparedItem(subject, thresholds[i] ?? thresholdOf(subject), test && { test, level });
  });
  const same =
    missing.length + seeds.length === 0 && points.every((point) => compareEveryCell(point).length === 0);
  return {
    ...common,
    verdict: items.some(isFailure) ? "regression" : same ? "identical" : "no regression",
    items: items.sort(worseFirst(compared)),
    curves: curves.map(([curve, curvePoints]) =>
      compareCurve(curve, curvePoints, { metric, baseline, results }),
    ),
    notes: [
      ...comparisonNotes(points, exact, items, compared),
      ...idleRules(
        options.points,
        subjects.map((subject) => placeOf(subject, metric)),
      ),
      ...notCompared,
      ...seeds.map((line) => `Not in pairs: ${line}.`),
    ],
  };
}

function metricOf({ sample }: Subject): Metric {
  return sample.scale.metric;
}

function placeOf(subject: Subject, primary: Metric): CurvePlace {
  const { method, sparsity } = subject;
  const metric = metricOf(subject);
  return { method, sparsity, metric: metric.name, primary: metric === primary };
}

/** Where a formula has no value, as a compression of nothing, there is nothing to compare. */
function hasValues({ shown }: Subject): boolean {
  return shown.baseline.size + shown.results.size > 0;
}

/** A rule for a method or a sparsity that is not there may be misspelt. */
function idleRules(rules: readonly PointRule[], places: readonly CurvePlace[]): string[] {
  return rules.flatMap((rule, i) =>
    places.some((place) => applies(rule, place))
      ? []
      : [`Rule ${i + 1} of check.points is for no point of these results.`],
  );
}

function compareBytes(
  points: readonly MatchedPoint[],
  {
    label,
    metric,
    thresholdOf,
  }: {
    readonly label: (key: MatchedPoint["key"]) => string;
    readonly metric: Metric;
    readonly thresholdOf: (subject: Subject) => Threshold;
  },
): Pick<CurveComparison, "verdict" | "items" | "curves"> {
  const items = points.map((point): ComparedItem => {
    const subject = pointSubject(point, { curve: label(point.key), metric }, compareEveryCell(point));
    const changed = subject.differences.length > 0;
    return {
      ...comparedItem(subject, thresholdOf(subject)),
      verdict: changed ? "changed" : "identical",
    };
  });
  return {
    verdict: items.some(isFailure) ? "regression" : items.some(isFinding) ? "no regression" : "identical",
    items: items.sort(worseFirst([metric])),
    curves: [],
  };
}

function refuseWithoutCommonSeed(points: readonly MatchedPoint[], names: TableNames): void {
  const common = points.some(({ baseline, results }) => {
    const before = new Set(baseline.map(({ seed }) => seed));
    return results.some(({ seed }) => before.has(seed));
  });
  if (common) return;
  throw inputError(`${names.results} and ${names.baseline} have no seed in common, so no rows to compare.`);
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
