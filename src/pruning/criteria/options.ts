import * as z from "zod";

/** Options that several criteria share. */

export const examplesSchema = z
  .int()
  .min(1)
  .max(100_000)
  .default(1000)
  .describe(
    "Training examples that are looked at, drawn by the run's seed; all of them when there are fewer.",
  );
