import type { Metric } from "../../metrics/metric.ts";
import { areaUnderCurve } from "../curve-summaries.ts";
import { type SeedValues, scaled, scaleOf, shownValues } from "../statistics/seed-values.ts";
import type { TestedSample } from "./drop-tests.ts";
import { type ExactDifference, isIdentical } from "./exact-columns.ts";
import { distinct, type MatchedPoint } from "./match-points.ts";

/** The name of a curve: its method, with what else tells the curves of these points apart. */
export function curveLabels(points: readonly MatchedPoint[]): (key: MatchedPoint["key"]) => string {
  const keys = points.map(({ key }) => key);
  const varying = (["model", "schedule", "recovery"] as const).filter(
    (column) => distinct(keys.map((key) => key[column])).length > 1,
  );
  return (key) => [key.method, ...varying.map((column) => key[column])].join(", ");
}

/** Pruning nothing is the same run under every method: of equal rows of sparsity 0, the first method's stay. */
export function withoutRepeatedControls(points: readonly MatchedPoint[]): MatchedPoint[] {
  const seen = new Set<string>();
  return points.filter(({ key, baseline, results }) => {
    if (key.target_sparsity !== 0) return true;
    const values = [baseline, results].map((rows) =>
      rows.map(({ seed, accuracy, loss }) => [seed, accuracy, loss]),
    );
    const identity = JSON.stringify([key.model, key.schedule, key.recovery, values]);
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
}

/** Something to test: a point of a curve, or the area under it (with no sparsity). */
export interface Subject {
  readonly curve: string;
  readonly method: string;
  readonly sparsity: number | null;
  /** What is tested, in the unit of the metric's differences. */
  readonly sample: TestedSample;
  /** The same as shown: in percent for an accuracy. */
  readonly shown: { readonly baseline: SeedValues; readonly results: SeedValues };
  readonly differences: readonly ExactDifference[];
}

interface Circumstances extends Pick<TestedSample, "testExamples" | "paired" | "identical"> {
  readonly metric: Metric;
}

export function pointSubject(
  point: MatchedPoint,
  { curve, metric }: { readonly curve: string; readonly metric: Metric },
  differences: readonly ExactDifference[] = [],
): Subject {
  const recipes = distinct([...point.baseline, ...point.results].map(({ recipe }) => recipe));
  const shown = {
    baseline: shownValues(point.baseline, metric),
    results: shownValues(point.results, metric),
  };
  const circumstances = {
    metric,
    testExamples: point.baseline[0]?.test_examples ?? 1,
    paired: recipes.length === 1,
    identical:
      isIdentical(point) && [...shown.results].every(([seed, value]) => shown.baseline.get(seed) === value),
  };
  return {
    curve,
    method: point.key.method,
    sparsity: point.key.target_sparsity,
    sample: sampleOf(shown, circumstances),
    shown,
    differences,
  };
}

/** Differences count from the baseline. */
function sampleOf(shown: Subject["shown"], { metric, ...circumstances }: Circumstances): TestedSample {
  const scale = scaleOf(metric, shown.baseline);
  return {
    scale,
    baseline: scaled(shown.baseline, scale),
    results: scaled(shown.results, scale),
    ...circumstances,
  };
}

/** The area under a curve by seed, over the seeds that have a value at every point. */
export function areaSubject(curve: string, points: readonly MatchedPoint[], metric: Metric): Subject[] {
  const subjects = points.map((point) => pointSubject(point, { curve, metric }));
  const [first] = subjects;
  const areas = (side: "baseline" | "results"): SeedValues => {
    const areaOf = (seed: number) => {
      const values = subjects.map(({ sparsity, shown }) => ({
        sparsity: sparsity ?? 0,
        value: shown[side].get(seed),
      }));
      const known = values.flatMap(({ sparsity, value }) =>
        value === undefined ? [] : [{ sparsity, value }],
      );
      return known.length < values.length ? undefined : areaUnderCurve(known);
    };
    const seeds = [...(first?.shown[side].keys() ?? [])];
    return new Map(
      seeds.flatMap((seed): [number, number][] => {
        const area = areaOf(seed);
        return area === undefined ? [] : [[seed, area]];
      }),
    );
  };
  if (first === undefined || points.length < 2) return [];
  const shown = { baseline: areas("baseline"), results: areas("results") };
  const circumstances = {
    metric,
    testExamples: first.sample.testExamples,
    paired: subjects.every(({ sample: { paired } }) => paired),
    identical: subjects.every(({ sample: { identical } }) => identical),
  };
  return [
    {
      curve,
      method: first.method,
      sparsity: null,
      sample: sampleOf(shown, circumstances),
      shown,
      differences: [],
    },
  ];
}
