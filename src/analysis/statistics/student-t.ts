import jstat from "jstat";

/**
 * Upper tail of Student's t distribution: the probability of a value above `t`. Infinite degrees of freedom are
 * the normal distribution.
 */
export function upperTail(t: number, degreesOfFreedom: number): number {
  return degreesOfFreedom === Number.POSITIVE_INFINITY
    ? jstat.normal.cdf(-t, 0, 1)
    : jstat.studentt.cdf(-t, degreesOfFreedom);
}

/** The value that is exceeded with the given probability. */
export function upperQuantile(probability: number, degreesOfFreedom: number): number {
  return degreesOfFreedom === Number.POSITIVE_INFINITY
    ? -jstat.normal.inv(probability, 0, 1)
    : jstat.studentt.inv(1 - probability, degreesOfFreedom);
}

/**
 * What a sample standard deviation is on average, as a fraction of the true one:
 * c4 = sqrt(2 / v) gamma((v + 1) / 2) / gamma(v / 2) for v degrees of freedom; 1 for infinitely many.
 */
export function deviationBias(degreesOfFreedom: number): number {
  if (degreesOfFreedom === Number.POSITIVE_INFINITY) return 1;
  const logRatio = jstat.gammaln((degreesOfFreedom + 1) / 2) - jstat.gammaln(degreesOfFreedom / 2);
  return Math.sqrt(2 / degreesOfFreedom) * Math.exp(logRatio);
}
