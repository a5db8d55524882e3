import type { Cell } from "../experiment/plan.ts";
import type { Snapshots } from "../recording/snapshots.ts";
import type { StoredRuns } from "../scheduling/share.ts";
import type { FilledCell, StudyLabels } from "./filled-cell.ts";

/** The weights of the first seed's networks, before and after pruning. */
export function snapshotsOf(
  cells: readonly Cell[],
  fill: (cell: Cell) => FilledCell,
  stored: StoredRuns,
  labels: StudyLabels,
): Snapshots {
  const seed = cells[0]?.seed ?? 0;
  // Not of networks that have other tensors.
  const shown = cells
    .filter((cell) => cell.seed === seed)
    .map(fill)
    .filter(({ point }) => point.network === undefined);
  // The first run of a path prunes the trained network, whatever levels follow; unless it makes another.
  const firsts = shown.map(({ cell }) => stored.get(cell.path[1] ?? "")?.result);
  const first = firsts.find((result) => result?.kind === "point");
  return {
    format: 2,
    study: labels.study,
    seed,
    before: first?.kind === "point" ? first.weights.before : null,
    points: shown.map(({ cell, point, quantized }) => ({
      method: cell.method.name,
      target_sparsity: cell.sparsity,
      after: quantized?.weights ?? point.weights.after,
    })),
  };
}
