import type { ResultRow } from "../recording/rows.ts";

/**
 * Whether anything was trained after the last pruning, or while it went on. A recovery of no steps leaves every measure
 * as it was: results of it are those right after pruning, whatever the config calls it. Of runs that diverged nothing
 * is known but what was planned.
 */
export function recovers(rows: readonly ResultRow[]): boolean {
  const planned = rows.filter(({ recovery }) => recovery !== "none");
  const measured = planned.filter(({ status }) => status !== "diverged");
  return measured.length === 0 ? planned.length > 0 : measured.some(changed);
}

/** A schedule that prunes during the recovery has no measures before it. */
function changed(row: ResultRow): boolean {
  return row.pruned_loss !== row.loss || row.pruned_accuracy !== row.accuracy;
}

/** Whether the training itself follows pruning: what the network answered right after it is no loss to recover from. */
export function isTrainedAfterPruning({ recovery }: ResultRow): boolean {
  return recovery === "train";
}
