import type { ResultRow, SummaryRow } from "../recording/rows.ts";
import { groupBy } from "./group-by.ts";
import { meanInterval, present } from "./mean-interval.ts";

/**
 * One summary row a (study, method, sparsity), in the order of the results. Measures are over the seeds that
 * did not diverge; a collapsed run counts like any other.
 */
export function summarize(rows: readonly ResultRow[]): SummaryRow[] {
  const byMethod = groupBy(rows, (row) => JSON.stringify([row.study, row.method]));
  return [...byMethod.values()].flatMap((methodRows) => {
    const controls = new Map(
      methodRows.filter((row) => row.target_sparsity === 0).map((row) => [row.seed, row.accuracy]),
    );
    const points = groupBy(methodRows, (row) => row.target_sparsity);
    return [...points.values()].map((point) => summarizePoint(point, controls));
  });
}

/** Summary of the seeds of one (method, sparsity), given the dense control's accuracy by seed. */
function summarizePoint(
  rows: readonly ResultRow[],
  controls: ReadonlyMap<number, number | null>,
): SummaryRow {
  const [first] = rows;
  if (first === undefined) throw new RangeError("a point needs at least one row");
  const counted = rows.filter((row) => row.status !== "diverged");
  const over = (of: readonly ResultRow[], value: (row: ResultRow) => number | null) =>
    meanInterval(present(of.map(value)));

  const pruned = over(counted, (row) => row.pruned_accuracy);
  const recovered = over(counted, (row) => row.accuracy);
  const loss = over(counted, (row) => row.loss);
  const drop = over(counted, (row) => {
    const control = controls.get(row.seed) ?? null;
    return control === null || row.accuracy === null ? null : 100 * (control - row.accuracy);
  });
  return {
    study: first.study,
    dataset: first.dataset,
    model: first.model,
    method: first.method,
    schedule: first.schedule,
    recovery: first.recovery,
    engine: first.engine,
    target_sparsity: first.target_sparsity,
    // Counted from masks, so a diverged run has its sparsity too.
    sparsity: over(rows, (row) => row.sparsity).mean ?? first.sparsity,
    effective_sparsity: over(rows, (row) => row.effective_sparsity).mean ?? first.effective_sparsity,
    compression: over(rows, (row) => row.compression).mean,
    n: counted.length,
    diverged: rows.length - counted.length,
    collapsed: rows.filter((row) => row.status === "collapsed").length,
    baseline_accuracy_mean: over(counted, (row) => row.baseline_accuracy).mean,
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
    loss_mean: loss.mean,
    loss_std: loss.std,
  };
}
