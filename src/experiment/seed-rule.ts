import * as z from "zod";

/** The most seeds that a rule may ask for. */
const MOST_SEEDS = 1000;

/** `seeds` of a config as a rule in place of a list. */
export const seedRuleSchema = z
  .strictObject({
    until: z
      .number()
      .positive()
      .describe(
        "Half the width of a 95% interval that is narrow enough, as values are shown: percentage points of accuracy, or the loss itself.",
      ),
    atLeast: z.int().min(2).max(MOST_SEEDS).default(3).describe("How many seeds are run first."),
    atMost: z
      .int()
      .min(2)
      .max(MOST_SEEDS)
      .default(20)
      .describe("How many are run at most, however wide the intervals are then."),
  })
  .refine(({ atLeast, atMost }) => atLeast <= atMost, {
    path: ["atMost"],
    error: ({ input }) => {
      const { atLeast, atMost } = input as SeedRule;
      return `${atMost} is less than atLeast, ${atLeast}.`;
    },
  })
  .describe(
    "Seeds 0, 1, 2, ... are added until the 95% interval of every method at every sparsity is narrow enough:",
  );

/** Adds seeds until intervals are narrow. */
export interface SeedRule {
  readonly until: number;
  readonly atLeast: number;
  readonly atMost: number;
}

/** The first seeds that a rule runs: 0, 1, 2, ... */
export function firstSeeds(count: number): number[] {
  return Array.from({ length: count }, (_, seed) => seed);
}
