import type { Criterion } from "../criterion.ts";

/** The absolute value: small weights go first (Janowsky 1989; Han et al. 2015). */
export const magnitude = {
  name: "magnitude",
  summary: "Absolute value of the weight.",
  score: ({ values }) => {
    const scores = new Float32Array(values.length);
    for (let i = 0; i < values.length; i++) scores[i] = Math.abs(values[i] as number);
    return scores;
  },
} as const satisfies Criterion;
