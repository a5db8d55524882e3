import type { Interval, Metric } from "../../metrics/metric.ts";
import { boundedInterval } from "./bounded-interval.ts";
import { type MeanInterval, meanInterval, tQuantile } from "./mean-interval.ts";
import { testSetInterval } from "./test-set-interval.ts";

/** The deviation of a value that is rounded to steps of 1, for what was rounded away. */
const ROUNDING = 1 / Math.sqrt(12);

/**
 * Mean and sample standard deviation of a metric over seeds, with a 95% confidence interval of the mean within the
 * metric's bounds: Student's t interval on the logit scale for an accuracy, on the logarithmic one for a loss
 * (boundedInterval). Values that are multiples of a step, right answers over examples, spread by no less than that step
 * hides, so that seeds which happen to agree do not promise more than they show. `bench/interval-coverage.mjs`
 * measures how often it holds the truth.
 */
export function metricInterval(
  metric: Metric,
  values: readonly number[],
  testExamples: number,
): MeanInterval {
  const plain = meanInterval(values);
  const { n, mean, std } = plain;
  if (mean === null || std === null) return plain;
  const step = metric.testSet?.resolution?.(testExamples) ?? 0;
  const halfWidth = (tQuantile(n - 1) * Math.max(std, ROUNDING * step)) / Math.sqrt(n);
  const interval = boundedInterval(mean, halfWidth, metric.bounds);
  return { ...plain, ci95: widened(interval, atBound(metric, mean, testExamples)) };
}

/** Of a mean at a bound, such as all right, no spread says anything: at least the interval of one network is open. */
function atBound(metric: Metric, mean: number, testExamples: number): Interval | undefined {
  const { lowest = null, highest = null } = metric.bounds ?? {};
  return mean === lowest || mean === highest ? testSetInterval(metric, mean, testExamples) : undefined;
}

function widened({ low, high }: Interval, other: Interval = { low, high }): Interval {
  return { low: Math.min(low, other.low), high: Math.max(high, other.high) };
}
