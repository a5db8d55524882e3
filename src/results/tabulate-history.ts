import type { Cell } from "../experiment/plan.ts";
import type { BaselineResult } from "../experiment/runs/baseline.ts";
import type { EpochRecord } from "../experiment/training/train.ts";
import type { HistoryRow } from "../recording/rows.ts";
import type { FilledCell, StudyLabels } from "./filled-cell.ts";

/** The rows of a cell in history.csv: of its training where it has one of its own, then of its recovery. */
export function historyRows({ cell, point }: FilledCell, labels: StudyLabels): HistoryRow[] {
  return [
    ...epochRows(cell, "train", point.trained ?? [], labels),
    ...epochRows(cell, "finetune", point.history, labels),
  ];
}

/** The rows of a dense network. */
export function trainHistory(cell: Cell, baseline: BaselineResult, labels: StudyLabels): HistoryRow[] {
  return baseline.history.map((epoch) => ({
    study: labels.study,
    phase: "train",
    method: null,
    target_sparsity: null,
    seed: cell.seed,
    ...epochColumns(epoch),
  }));
}

function epochRows(
  cell: Cell,
  phase: HistoryRow["phase"],
  history: readonly EpochRecord[],
  labels: StudyLabels,
): HistoryRow[] {
  return history.map((epoch) => ({
    study: labels.study,
    phase,
    method: cell.method.name,
    target_sparsity: cell.sparsity,
    seed: cell.seed,
    ...epochColumns(epoch),
  }));
}

function epochColumns(epoch: EpochRecord) {
  return {
    epoch: epoch.epoch,
    learning_rate: epoch.learningRate,
    train_loss: epoch.trainLoss,
    validation_loss: epoch.validationLoss,
    validation_accuracy: epoch.validationAccuracy,
  };
}
