import type { Metric } from "../metrics/metric.ts";

/** What a standard normal value exceeds, up or down, 5 times in 100. */
const TWO_SIDED_95 = 1.959964;

/**
 * Half width of the 95% interval that a finite test set alone leaves round a value, such as that of an accuracy,
 * 1.96 sqrt(p (1 - p) / n), the normal approximation of the binomial. Undefined where its size says nothing.
 */
export function testSetMargin({ testSet }: Metric, value: number, examples: number): number | undefined {
  return testSet === undefined ? undefined : TWO_SIDED_95 * Math.sqrt(testSet.variance(value, examples));
}
