import type { Criterion } from "../criterion.ts";

/** The absolute value: small weights go first (Janowsky 1989; Han et al. 2015). */
export const magnitude = {
  name: "magnitude",
  summary: "Absolute value of the weight.",
  score: ({ values }) => values.map(Math.abs),
} as const satisfies Criterion;
