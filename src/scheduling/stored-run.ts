import * as z from "zod";
import type { RunResult } from "../experiment/runs/index.ts";
import type { Artifact } from "../experiment/runs/run.ts";

export interface StoredRun<Result extends RunResult = RunResult> {
  readonly result: Result;
  readonly timing: RunTiming;
  /** What is stored beside the result. */
  readonly artifacts: readonly Artifact[];
}

const measured = z.number().nonnegative();

export const timingSchema = z.object({
  seconds: measured,
  /** Of the optimizer steps alone, and the examples that they took. */
  trainSeconds: measured,
  trainedExamples: measured,
  peakMemoryBytes: measured,
});

/** Kept apart from the result, which is a pure function of the run's hash. */
export type RunTiming = Readonly<z.infer<typeof timingSchema>>;
