import { accuracies, areaUnderCurve } from "./curve-summaries.ts";
import type { Sample, SeedValues } from "./drop-estimate.ts";
import type { ExactDifference } from "./exact-columns.ts";
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
  readonly sparsity: number | null;
  readonly sample: Sample;
  readonly differences: readonly ExactDifference[];
}

export function pointSubject(
  point: MatchedPoint,
  curve: string,
  differences: readonly ExactDifference[] = [],
): Subject {
  const recipes = distinct([...point.baseline, ...point.results].map(({ recipe }) => recipe));
  return {
    curve,
    sparsity: point.key.target_sparsity,
    sample: {
      baseline: accuracies(point.baseline),
      results: accuracies(point.results),
      testExamples: point.baseline[0]?.test_examples ?? 1,
      paired: recipes.length === 1,
    },
    differences,
  };
}

/** The area under a curve by seed, over the seeds that have an accuracy at every point. */
export function areaSubject(curve: string, points: readonly MatchedPoint[]): Subject[] {
  const samples = points.map((point) => pointSubject(point, curve));
  const [first] = samples;
  const areas = (side: "baseline" | "results"): SeedValues => {
    const areaOf = (seed: number) => {
      const values = samples.map(({ sparsity, sample }) => ({
        sparsity: sparsity ?? 0,
        value: sample[side].get(seed),
      }));
      const known = values.flatMap(({ sparsity, value }) =>
        value === undefined ? [] : [{ sparsity, value }],
      );
      return known.length < values.length ? undefined : areaUnderCurve(known);
    };
    const seeds = [...(first?.sample[side].keys() ?? [])];
    return new Map(
      seeds.flatMap((seed): [number, number][] => {
        const area = areaOf(seed);
        return area === undefined ? [] : [[seed, area]];
      }),
    );
  };
  if (first === undefined || points.length < 2) return [];
  const sample = {
    baseline: areas("baseline"),
    results: areas("results"),
    testExamples: first.sample.testExamples,
    paired: samples.every(({ sample: { paired } }) => paired),
  };
  return [{ curve, sparsity: null, sample, differences: [] }];
}
