import type { Activation } from "./specification.ts";

/** What each activation makes of a value, in double precision. */
export const activations: Readonly<Record<Activation, (x: number) => number>> = {
  // Math.max lets NaN through.
  relu: (x) => Math.max(0, x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
};
