/** The part of jstat that is used; the package has no types of its own. */
declare module "jstat" {
  const jstat: {
    readonly studentt: {
      /** Quantile of Student's t distribution: the value that a fraction `p` lies below. */
      inv(p: number, degreesOfFreedom: number): number;
    };
  };
  export default jstat;
}
