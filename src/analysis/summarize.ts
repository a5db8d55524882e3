import { accuracy } from "../metrics/accuracy.ts";
import { loss } from "../metrics/loss.ts";
import type { Metric } from "../metrics/metric.ts";
import type { ResultRow, SummaryRow } from "../recording/rows.ts";
import { type MeasuredPoint, measuredPoints } from "./measured-points.ts";
import { meanInterval, present } from "./statistics/mean-interval.ts";

/**
 * One summary row a (study, method, sparsity), in the order of the results. Measures are over the seeds that
 * did not diverge; a collapsed run counts like any other. Metrics of the user's own add columns.
 */
export function summarize(rows: readonly ResultRow[], ownMetrics: readonly Metric[] = []): SummaryRow[] {
  const losses = measuredPoints(rows, loss);
  const own = ownMetrics.map(({ name, ...metric }) => ({
    name,
    points: measuredPoints(rows, { name, ...metric }),
  }));
  return measuredPoints(rows, accuracy).flatMap((point, i) => {
    const columns = own.map(({ name, points }) => ownColumns(name, points[i]));
    return summarizePoint(point, losses[i]).map((row) => Object.assign(row, ...columns));
  });
}

function ownColumns(metric: string, point: MeasuredPoint | undefined) {
  return {
    [`${metric}_mean`]: point?.recovered.mean ?? null,
    [`${metric}_std`]: point?.recovered.std ?? null,
    [`${metric}_ci95_low`]: point?.recovered.ci95?.low ?? null,
    [`${metric}_ci95_high`]: point?.recovered.ci95?.high ?? null,
  };
}

/** Summary of the seeds of one (method, sparsity). */
function summarizePoint(point: MeasuredPoint, losses: MeasuredPoint | undefined): SummaryRow[] {
  const { rows, pruned, recovered, drop } = point;
  const [first] = rows;
  if (first === undefined) return [];
  const over = (value: (row: ResultRow) => number | null) => meanInterval(present(rows.map(value)));
  return [
    {
      study: first.study,
      dataset: first.dataset,
      model: first.model,
      method: first.method,
      schedule: first.schedule,
      recovery: first.recovery,
      engine: first.engine,
      target_sparsity: first.target_sparsity,
      // Counted from masks, so a diverged run has its sparsity too.
      sparsity: over((row) => row.sparsity).mean ?? first.sparsity,
      effective_sparsity: over((row) => row.effective_sparsity).mean ?? first.effective_sparsity,
      compression: over((row) => row.compression).mean,
      n: point.n,
      diverged: point.diverged,
      collapsed: point.collapsed,
      baseline_accuracy_mean: point.baseline.mean,
      pruned_accuracy_mean: pruned.mean,
      pruned_accuracy_std: pruned.std,
      pruned_accuracy_ci95_low: pruned.ci95?.low ?? null,
      pruned_accuracy_ci95_high: pruned.ci95?.high ?? null,
      accuracy_mean: recovered.mean,
      accuracy_std: recovered.std,
      accuracy_ci95_low: recovered.ci95?.low ?? null,
      accuracy_ci95_high: recovered.ci95?.high ?? null,
      drop_from_dense_control_mean: drop.mean,
      drop_from_dense_control_ci95_low: drop.ci95?.low ?? null,
      drop_from_dense_control_ci95_high: drop.ci95?.high ?? null,
      loss_mean: losses?.recovered.mean ?? null,
      loss_std: losses?.recovered.std ?? null,
      ...(recovered.mean === null && losses !== undefined ? lossColumns(losses) : {}),
    },
  ];
}

/** What a classification has of its accuracy, of the loss. */
function lossColumns({ baseline, pruned, recovered, drop }: MeasuredPoint) {
  return {
    baseline_loss_mean: baseline.mean,
    pruned_loss_mean: pruned.mean,
    pruned_loss_std: pruned.std,
    loss_ci95_low: recovered.ci95?.low ?? null,
    loss_ci95_high: recovered.ci95?.high ?? null,
    rise_from_dense_control_mean: drop.mean,
    rise_from_dense_control_ci95_low: drop.ci95?.low ?? null,
    rise_from_dense_control_ci95_high: drop.ci95?.high ?? null,
  };
}
