import type { Allocation } from "../allocation.ts";
import { pruneLowest, roundHalfToEven } from "../top-k.ts";

/** Every tensor loses the same fraction. */
export const uniform = {
  name: "uniform",
  summary: "The same sparsity in every layer.",
  masks: (scores, sparsity) =>
    scores.map((tensor) => pruneLowest(tensor, roundHalfToEven(sparsity * tensor.length))),
} as const satisfies Allocation;
