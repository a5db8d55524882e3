import type { Layer } from "./layer.ts";

/**
 * Hendrycks and Gimpel 2016, exactly: x P(x), with the distribution function P of the standard normal; not the
 * approximation by tanh.
 */
export const gelu: Layer = {
  forward: (input) => input.map((x) => x * normalDistribution(x)),

  // P(x) + x p(x), with the density p.
  backward: (input, _output, outputGradient) =>
    input.map((x, i) => {
      const density = Math.exp(-x * x * 0.5) / Math.sqrt(2 * Math.PI);
      return (outputGradient[i] as number) * (normalDistribution(x) + x * density);
    }),
};

function normalDistribution(x: number): number {
  return 0.5 * (1 + errorFunction(x * Math.SQRT1_2));
}

/** 1 / (2n + 1) */
const reciprocals = Float64Array.from({ length: 200 }, (_, n) => 1 / (2 * n + 1));

/**
 * erf(x) = 2 / sqrt(pi) exp(-x^2) (x + 2 x^3 / 3 + 4 x^5 / 15 + ...): Abramowitz and Stegun 1964, 7.1.6. All terms have one
 * sign, so that nothing cancels; from 6 on the result rounds to 1. Exact to some 1e-16.
 */
export function errorFunction(x: number): number {
  if (!(Math.abs(x) < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  const twice = 2 * x * x;
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17 && n < reciprocals.length; n++) {
    term *= twice * (reciprocals[n] as number);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
