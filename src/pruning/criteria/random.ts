import type { Criterion } from "../criterion.ts";

/** Chance, the control that every criterion has to beat. A seed's scores are the same at every sparsity. */
export const random = {
  name: "random",
  summary: "A random number, the control for the others.",
  score: ({ values, stream }) => values.map(() => stream.uniform()),
} as const satisfies Criterion;
