import { type DifferenceScale, differenceScale } from "../../metrics/difference.ts";
import type { Metric } from "../../metrics/metric.ts";
import { recoveredValue } from "../../metrics/registry.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { meanInterval } from "./mean-interval.ts";

/** A measure by seed. */
export type SeedValues = ReadonlyMap<number, number>;

/** The shown values after recovery by seed (percent of an accuracy), of the rows that have one. */
export function shownValues(rows: readonly ResultRow[], metric: Metric): SeedValues {
  return new Map(
    rows.flatMap((row): [number, number][] => {
      const value = recoveredValue(metric, row);
      return value === null ? [] : [[row.seed, metric.scale * value]];
    }),
  );
}

/** What differences from these shown values are told in: where they are relative, relative to their mean. */
export function scaleOf(metric: Metric, shown: SeedValues): DifferenceScale {
  return differenceScale(metric, meanInterval([...shown.values()]).mean);
}

/** Shown values in the unit of differences, the higher the better. */
export function scaled(shown: SeedValues, { factor }: DifferenceScale): SeedValues {
  return new Map([...shown].map(([seed, value]) => [seed, factor * value]));
}

/** Seed by seed where both have the seed: baseline minus results. */
export function pairedDifferences(baseline: SeedValues, results: SeedValues): number[] {
  const differences: number[] = [];
  for (const [seed, value] of baseline) {
    const other = results.get(seed);
    if (other !== undefined) differences.push(value - other);
  }
  return differences;
}
