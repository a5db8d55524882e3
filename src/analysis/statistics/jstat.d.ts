/** The part of jstat that is used; the package has no types of its own. */
declare module "jstat" {
  const jstat: {
    readonly studentt: {
      /** Quantile of Student's t distribution: the value that a fraction `p` lies below. */
      inv(p: number, degreesOfFreedom: number): number;
      /** The fraction of Student's t distribution below `t`. */
      cdf(t: number, degreesOfFreedom: number): number;
    };
    readonly normal: {
      inv(p: number, mean: number, std: number): number;
      cdf(x: number, mean: number, std: number): number;
    };
    readonly chisquare: {
      inv(p: number, degreesOfFreedom: number): number;
    };
    /** The regularized incomplete beta function I_x(a, b). */
    ibeta(x: number, a: number, b: number): number;
    /** The logarithm of the gamma function. */
    gammaln(x: number): number;
  };
  export default jstat;
}
