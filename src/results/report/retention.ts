import { largestNonInferiorSparsity, seedValues } from "../../analysis/curve-summaries.ts";
import { groupBy } from "../../analysis/group-by.ts";
import { meanInterval } from "../../analysis/mean-interval.ts";
import { pairedDifferences, scaleOf, shownValues } from "../../analysis/seed-values.ts";
import { count, percent } from "../../charts/parts/titles.ts";
import type { Metric } from "../../metrics/metric.ts";
import { recoveredValue } from "../../metrics/registry.ts";
import { differenceText, measured, named, side, worsens } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { amountText, intervalText, meanOf, recovers } from "./parts.ts";

/** How far a method prunes before it costs anything, and what comes next. */
export function retention(method: string, rows: readonly ResultRow[], metric: Metric): string[] {
  const bySparsity = [...groupBy(rows, (row) => row.target_sparsity)].sort(([a], [b]) => a - b);
  const control = bySparsity.find(([sparsity]) => sparsity === 0)?.[1];
  const limit = largestNonInferiorSparsity(rows, metric);
  if (control === undefined || limit === undefined) return plainRange(method, bySparsity, metric);
  const margin = differenceText(metric, metric.difference.margin);
  const dense = recovers(rows) ? "the dense control" : "the dense network";
  const at = bySparsity.find(([sparsity]) => sparsity === limit)?.[1] ?? [];
  const next = bySparsity.find(([sparsity]) => sparsity > limit);
  const reached = meanOf(at, (row) => recoveredValue(metric, row)) ?? 0;
  const controlMean = meanOf(control, (row) => recoveredValue(metric, row)) ?? 0;
  const controlText = named(metric, controlMean, "coarse");
  if (limit === 0 && next === undefined) {
    return [`${method}: only the dense network was run (${controlText}).`];
  }
  const kept =
    limit === 0
      ? `${method}: no sparsity above 0 is shown to stay within ${margin} of ${dense} (${controlText}).`
      : `${method} stays within ${margin} of ${dense} up to ${percent(limit)} pruned: ${named(metric, reached, "coarse")} against ${measured(metric, controlMean, "coarse")}${saving(at)}.`;
  return [`${kept}${next === undefined ? "" : ` ${beyond(control, next, { metric, dense })}`}`];
}

/** What the first sparsity beyond the limit costs, or why it is beyond. */
function beyond(
  control: readonly ResultRow[],
  [sparsity, rows]: readonly [number, readonly ResultRow[]],
  { metric, dense }: { readonly metric: Metric; readonly dense: string },
): string {
  const { difference } = metric;
  const scale = scaleOf(metric, shownValues(control, metric));
  const drop = meanInterval(pairedDifferences(seedValues(control, scale), seedValues(rows, scale)));
  if (drop.mean === null) return `At ${percent(sparsity)} no run gave a result.`;
  if (drop.mean >= difference.margin) {
    return `At ${percent(sparsity)} it ${worsens(metric)} ${amountText(metric, drop.mean)} ${side(metric, "worse")} ${dense}${intervalText(drop)}.`;
  }
  const level =
    Math.abs(drop.mean) < 0.05
      ? `as ${metric.good} as ${dense}`
      : `${amountText(metric, Math.abs(drop.mean))} ${side(metric, drop.mean > 0 ? "worse" : "better")} ${dense}`;
  const ruledOut = `cannot rule out a ${difference.setback} of ${differenceText(metric, difference.margin)}`;
  return drop.n === 1
    ? `At ${percent(sparsity)} it is ${level}, and one seed ${ruledOut}.`
    : `At ${percent(sparsity)} it is ${level} on average, but ${count(drop.n, "seed")} ${ruledOut}.`;
}

/** Of a grid without sparsity 0: from where to where. */
function plainRange(
  method: string,
  bySparsity: readonly (readonly [number, readonly ResultRow[]])[],
  metric: Metric,
): string[] {
  const known = bySparsity.flatMap(([sparsity, rows]) => {
    const mean = meanOf(rows, (row) => recoveredValue(metric, row));
    return mean === null ? [] : [{ sparsity, mean }];
  });
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return [];
  const from = `${named(metric, first.mean, "coarse")} at ${percent(first.sparsity)}`;
  const to = last === first ? "" : `, ${measured(metric, last.mean, "coarse")} at ${percent(last.sparsity)}`;
  return [
    `${method}: ${from}${to}. Without sparsity 0 in the grid there is no dense control to compare with.`,
  ];
}

function saving(rows: readonly ResultRow[]): string {
  const [first] = rows;
  const bytes = meanOf(rows, (row) => row.sparse_bytes);
  if (first === undefined || bytes === null || bytes <= 0) return "";
  const kib = (value: number) => `${Math.round(value / 1024).toLocaleString("en-US")} KiB`;
  return `, in ${kib(bytes)} instead of ${kib(first.dense_bytes)}`;
}
