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

/** A deviation or a width of values, which rows hold, in the unit of differences. */
export function widthIn({ metric, factor }: DifferenceScale, width: number): number {
  return Math.abs(factor) * metric.scale * width;
}
