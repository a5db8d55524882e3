import type { Cell } from "../experiment/plan.ts";
import type { BaselineResult } from "../experiment/runs/baseline.ts";
import type { MaskedResult } from "../experiment/runs/masked.ts";
import type { QuantizedResult } from "../experiment/runs/quantized.ts";
import type { WeightStatistics } from "../experiment/weight-statistics.ts";
import type { WeightsTableRow } from "../recording/rows.ts";

/** What is known of the weights of a cell. */
export interface CellWeights {
  readonly cell: Cell;
  readonly baseline: BaselineResult;
  readonly point: MaskedResult;
  readonly quantized: QuantizedResult | undefined;
}

/** All prunable weights of a cell together, then each tensor; none unless the study asks for it. */
export function weightRows(
  { cell, baseline, point, quantized }: CellWeights,
  study: string,
): WeightsTableRow[] {
  const after = (quantized ?? point).statistics;
  if (after === undefined) return [];
  // A network that is made with other tensors has no weights in the dense one.
  const before = point.network === undefined ? baseline.statistics : undefined;
  const row = (
    names: Pick<WeightsTableRow, "layer" | "parameter">,
    then: WeightStatistics | undefined,
    { size, nonzero, min, max, mean, std }: WeightStatistics,
  ): WeightsTableRow => ({
    study,
    method: cell.method.name,
    seed: cell.seed,
    target_sparsity: cell.sparsity,
    ...names,
    weights: size,
    baseline_min: then?.min ?? null,
    baseline_max: then?.max ?? null,
    baseline_mean: then?.mean ?? null,
    baseline_std: then?.std ?? null,
    nonzero,
    min,
    max,
    mean,
    std,
  });
  // In a scan by layer the others are not told.
  const isWhole = after.tensors.length === before?.tensors.length;
  return [
    row({ layer: null, parameter: null }, isWhole ? before?.together : undefined, after.together),
    ...after.tensors.map((tensor) =>
      row(
        { layer: tensor.layer, parameter: tensor.name },
        before?.tensors.find(({ name }) => name === tensor.name),
        tensor,
      ),
    ),
  ];
}
