import { accuracy } from "../metrics/accuracy.ts";
import type { Interval, Metric } from "../metrics/metric.ts";
import type { ResultRow } from "../recording/rows.ts";

/**
 * Whether all rows are of one network that was read and never trained: what its figures leave open is the test set's, and more
 * seeds would show nothing.
 */
export function isOneUntrainedNetwork(rows: readonly ResultRow[]): boolean {
  return (
    new Set(rows.map(({ seed }) => seed)).size === 1 && rows.every(({ train_steps }) => train_steps === 0)
  );
}

/**
 * The 95% interval of the drop of one network from the dense one, in percentage points, from their answers to the same test
 * examples (Newcombe's, paired). Undefined where these are not known, of several seeds, of other metrics than the accuracy, and
 * where the control answers otherwise than the baseline, from which drops are counted.
 */
export function sameExamplesInterval(
  control: readonly ResultRow[],
  point: readonly ResultRow[],
  metric: Metric,
): Interval | undefined {
  const [dense, row] = [control[0], point[0]];
  if (metric !== accuracy || control.length > 1 || point.length > 1) return undefined;
  if (dense?.newly_wrong !== 0 || dense.newly_right !== 0) return undefined;
  if (row?.drop_ci95_low == null || row.drop_ci95_high == null) return undefined;
  return { low: row.drop_ci95_low, high: row.drop_ci95_high };
}
