import type { Metric } from "../../metrics/metric.ts";
import { differenceText } from "../../metrics/words.ts";
import type { ComparedItem } from "./compared-item.ts";
import { assumedDeviation } from "./drop-estimate.ts";
import type { ExactComparison } from "./exact-columns.ts";
import { distinct, type MatchedPoint } from "./match-points.ts";

/** What the reader must know to weigh a comparison, from the two tables themselves. */
export function comparisonNotes(
  points: readonly MatchedPoint[],
  exact: ReadonlyMap<MatchedPoint, ExactComparison>,
  items: readonly ComparedItem[],
  metrics: readonly Metric[],
): string[] {
  const weaknesses = metrics.flatMap((metric) =>
    weaknessNotes(
      items.filter((item) => item.metric === metric.name),
      metric,
    ),
  );
  return [...originNotes(points), ...unverifiedNotes(exact), ...new Set(weaknesses)];
}

function originNotes(points: readonly MatchedPoint[]): string[] {
  return (["recipe", "engine"] as const).flatMap((column) => {
    const before = distinct(points.flatMap(({ baseline }) => baseline.map((row) => row[column])));
    const now = distinct(points.flatMap(({ results }) => results.map((row) => row[column])));
    if (before.join() === now.join()) return [];
    const effect = column === "recipe" ? ": other settings or data, so seeds are not compared in pairs" : "";
    return [`The ${column} differs: ${before.join(", ")} in the baseline, ${now.join(", ")} now${effect}.`];
  });
}

function unverifiedNotes(exact: ReadonlyMap<MatchedPoint, ExactComparison>): string[] {
  const unverified = distinct([...exact.values()].flatMap((comparison) => comparison.unverified));
  return unverified.length === 0
    ? []
    : [
        `Not verified: ${unverified.join(", ")}. They depend on the trained weights, and the baseline has no row of the same dense network.`,
      ];
}

function weaknessNotes(items: readonly ComparedItem[], metric: Metric): string[] {
  const { noun, testSet, difference } = metric;
  const weak = items.filter(({ by }) => by === "test set");
  if (weak.length === 0) return [];
  if (testSet !== undefined) {
    const assumed = deviationText(metric, difference.assumedDeviation);
    return [
      `Without a spread over the seeds, ${difference.name}s are held against ${testSet.name} (with one seed a side, and ${assumed}): a weaker statement.`,
    ];
  }
  return distinct(weak.map(({ seeds }) => assumedDeviation(metric, seeds))).map((deviation) =>
    deviation === 0
      ? `Without a spread over the seeds, nothing tells how much ${noun} varies, and no ${difference.name} of it can be seen.`
      : `Without a spread over the seeds, ${difference.name}s of ${noun} are held against ${deviationText(metric, deviation)}: a weaker statement.`,
  );
}

function deviationText(metric: Metric, deviation: number): string {
  return `an assumed deviation of ${differenceText(metric, deviation)} between seeds`;
}
