import type { Interval, Metric } from "../../metrics/metric.ts";
import { boundedInterval } from "./bounded-interval.ts";

/** What a standard normal value exceeds, up or down, 5 times in 100. */
const TWO_SIDED_95 = 1.959964;

/**
 * The 95% interval that a finite test set alone leaves round the value of one network: Wilson's of an accuracy, that of
 * a normal error within the metric's bounds otherwise. Undefined where the size of the test set says nothing.
 */
export function testSetInterval(metric: Metric, value: number, examples: number): Interval | undefined {
  const { testSet } = metric;
  if (testSet === undefined) return undefined;
  if (testSet.interval !== undefined) return testSet.interval(value, examples);
  const error = Math.sqrt(testSet.variance(testSet.cautious(value, examples), examples));
  return boundedInterval(value, TWO_SIDED_95 * error, metric.bounds);
}
