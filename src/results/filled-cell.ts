import type { Cell } from "../experiment/plan.ts";
import type { BaselineResult } from "../experiment/runs/baseline.ts";
import type { MaskedResult } from "../experiment/runs/masked.ts";
import type { QuantizedResult } from "../experiment/runs/quantized.ts";
import type { RunEffort } from "../experiment/training/effort.ts";
import type { TestedCell } from "./tabulate-evaluation.ts";

/** What all rows of a study have in common. */
export interface StudyLabels {
  readonly study: string;
  readonly dataset: string;
  readonly testExamples: number;
  readonly model: string;
  readonly engine: string;
  readonly recipe: string;
}

/** A cell of the grid and what was found for it. */
export interface FilledCell {
  readonly cell: Cell;
  readonly baseline: BaselineResult;
  readonly point: MaskedResult;
  /** Of a method that quantizes. */
  readonly quantized: QuantizedResult | undefined;
  /** What all trainings took that its network comes from; null where one diverged. */
  readonly effort: Required<RunEffort> | null;
}

/** A diverged run has counts, but no measures that mean anything. */
export function testedCell({ cell, baseline, point, quantized }: FilledCell): TestedCell {
  const measured = (quantized ?? point).status === "diverged" ? undefined : point;
  return {
    cell,
    baseline: baseline.status === "diverged" ? undefined : baseline.trained,
    pruned: measured?.pruned ?? undefined,
    recovered: measured && (quantized?.rounded ?? measured.recovered),
  };
}
