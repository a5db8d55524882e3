import type { Metric } from "../metrics/metric.ts";
import type { ResultRow } from "../recording/rows.ts";
import { measuredPoints } from "./measured-points.ts";

/** A method that prunes one layer alone, and that layer. */
export interface ScannedMethod {
  readonly method: string;
  readonly layer: string;
}

/** The method of a row of a scan, as the config calls it; undefined for rows of no scan. */
export function scannedMethod({ method, layer }: ResultRow): ScannedMethod | undefined {
  if (layer == null) return undefined;
  const suffix = `@${layer}`;
  return { method: method.endsWith(suffix) ? method.slice(0, -suffix.length) : method, layer };
}

/** How much of one layer may go. */
export interface LayerTolerance extends ScannedMethod {
  /** The largest sparsity of the layer up to which every mean drop is at most the margin; null where even the first is more. */
  readonly sparsity: number | null;
}

/**
 * What each layer bears alone: the largest sparsity up to which the mean drop from the dense control stays within the
 * metric's margin, the most sensitive layer of each method first.
 */
export function layerTolerances(rows: readonly ResultRow[], metric: Metric): LayerTolerance[] {
  const scan = rows.filter((row) => row.layer != null && row.target_sparsity > 0);
  const names = [...new Set(scan.map(({ method }) => method))];
  const points = measuredPoints(rows, metric);
  const found = names.flatMap((name): LayerTolerance[] => {
    const row = scan.find(({ method }) => method === name);
    const of = row && scannedMethod(row);
    if (of === undefined) return [];
    const rising = points
      .filter(({ method, sparsity }) => method === name && sparsity > 0)
      .toSorted((a, b) => a.sparsity - b.sparsity);
    const fails = rising.findIndex(
      ({ drop, diverged }) => diverged > 0 || drop.mean === null || drop.mean > metric.difference.margin,
    );
    const within = fails < 0 ? rising : rising.slice(0, fails);
    return [{ ...of, sparsity: within.at(-1)?.sparsity ?? null }];
  });
  const methods = [...new Set(found.map(({ method }) => method))];
  return methods.flatMap((method) =>
    found
      .filter((each) => each.method === method)
      .toSorted((a, b) => (a.sparsity ?? -1) - (b.sparsity ?? -1)),
  );
}
