import type { MeasuredPoint } from "../../analysis/measured-points.ts";
import { present } from "../../analysis/statistics/mean-interval.ts";
import type { Metric } from "../../metrics/metric.ts";
import { extremes } from "../../metrics/registry.ts";
import { isVariant } from "../../recording/variant.ts";

/** Rising. */
export function sparsitiesOf(points: readonly MeasuredPoint[]): number[] {
  return [...new Set(points.map(({ sparsity }) => sparsity))].sort((a, b) => a - b);
}

/**
 * The best mean after recovery at one sparsity, of methods and not of controls of these; null where the methods do not
 * differ.
 */
export function bestMean(points: readonly MeasuredPoint[], sparsity: number, metric: Metric): number | null {
  const compared = points.filter((point) => point.sparsity === sparsity && !isOfVariant(point));
  const means = present(compared.map(({ recovered }) => recovered.mean));
  return new Set(means).size < 2 ? null : extremes(metric, means).best;
}

/** Whether it is of a control of a method. */
export function isOfVariant({ rows }: Pick<MeasuredPoint, "rows">): boolean {
  return rows.some(isVariant);
}
