import { present } from "../../analysis/mean-interval.ts";
import type { MeasuredPoint } from "../../analysis/measured-points.ts";
import type { Metric } from "../../metrics/metric.ts";
import { extremes } from "../../metrics/registry.ts";

/** Rising. */
export function sparsitiesOf(points: readonly MeasuredPoint[]): number[] {
  return [...new Set(points.map(({ sparsity }) => sparsity))].sort((a, b) => a - b);
}

/** The best mean after recovery at one sparsity; null where the methods do not differ. */
export function bestMean(points: readonly MeasuredPoint[], sparsity: number, metric: Metric): number | null {
  const means = present(points.filter((p) => p.sparsity === sparsity).map(({ recovered }) => recovered.mean));
  return new Set(means).size < 2 ? null : extremes(metric, means).best;
}
