import jstat from "jstat";

/** What a sample says about its mean. */
export interface MeanInterval {
  /** Size of the sample. */
  readonly n: number;
  /** Null for an empty sample. */
  readonly mean: number | null;
  /** Sample standard deviation (divided by n - 1); null below two values. */
  readonly std: number | null;
  /** 95% confidence interval of the mean; null below two values. */
  readonly ci95: { readonly low: number; readonly high: number } | null;
}

/**
 * Mean, sample standard deviation and two-sided 95% confidence interval of the mean by Student's t:
 * mean -+ t(0.975, n - 1) std / sqrt(n), which no range bounds: see metricInterval for values of a metric.
 */
export function meanInterval(values: readonly number[]): MeanInterval {
  const n = values.length;
  if (n === 0) return { n, mean: null, std: null, ci95: null };
  // Relative to the first value, so that equal values have exactly that mean and no spread.
  const [origin = 0] = values;
  const mean = origin + values.reduce((sum, value) => sum + (value - origin), 0) / n;
  if (n === 1) return { n, mean, std: null, ci95: null };
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const halfWidth = (tQuantile(n - 1) * std) / Math.sqrt(n);
  return { n, mean, std, ci95: { low: mean - halfWidth, high: mean + halfWidth } };
}

/** What Student's t exceeds, up or down, 5 times in 100. */
export function tQuantile(degreesOfFreedom: number): number {
  return jstat.studentt.inv(0.975, degreesOfFreedom);
}

/** The values that are there. */
export function present(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}
