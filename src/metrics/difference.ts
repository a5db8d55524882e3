import type { Metric } from "./metric.ts";
import { sign } from "./registry.ts";

/** Below this a shown value that a difference is relative to counts as this: the last digit of the tables. */
const LEAST_REFERENCE = 1e-6;

/** How values of a metric become amounts of its differences, the higher the better. */
export interface DifferenceScale {
  readonly metric: Metric;
  /** A shown value times this is in the unit of differences: 1 or -1, or 100 over what it is relative to. */
  readonly factor: number;
}

/**
 * The scale of the differences of a metric: its shown values themselves (percentage points of an accuracy), or
 * percent of `reference`, a shown value, such as the mean of the side that is compared with.
 */
export function differenceScale(metric: Metric, reference: number | null): DifferenceScale {
  const factor =
    metric.difference.kind === "absolute"
      ? sign(metric)
      : (sign(metric) * 100) / Math.max(Math.abs(reference ?? 0), LEAST_REFERENCE);
  return { metric, factor };
}

/** How much better value `a` is than `b`, in the unit of differences; both as rows hold them. */
export function advantage({ metric, factor }: DifferenceScale, a: number, b: number): number {
  return factor * metric.scale * (a - b);
}

/**
 * How much worse than `reference`, a value as rows hold it, another value can be, within the metric's bounds: from the best
 * possible one (negative, or zero) to the worst, in the unit of differences. Infinite where the metric has no bound.
 */
export function possibleDrops(
  scale: DifferenceScale,
  reference: number,
): { readonly least: number; readonly most: number } {
  const { lowest = null, highest = null } = scale.metric.bounds ?? {};
  const [best, worst] = scale.metric.better === "higher" ? [highest, lowest] : [lowest, highest];
  return {
    least: best === null ? Number.NEGATIVE_INFINITY : advantage(scale, reference, best),
    most: worst === null ? Number.POSITIVE_INFINITY : advantage(scale, reference, worst),
  };
}

/** A deviation or a width of values, which rows hold, in the unit of differences. */
export function widthIn({ metric, factor }: DifferenceScale, width: number): number {
  return Math.abs(factor) * metric.scale * width;
}
