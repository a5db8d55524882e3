import * as z from "zod";

/** Options that several structures share. */

export function normSchema() {
  return z
    .enum(["l2", "max"])
    .optional()
    .describe(
      "What a unit is worth by the scores of its values: l2, the root of the sum of their squares; max, the largest. Default: their sum, which of magnitudes is the L1 norm.",
    );
}
