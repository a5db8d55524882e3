import { contrast, contrastWithin } from "../../analysis/contrast.ts";
import { largestNonInferiorSparsity } from "../../analysis/curve-summaries.ts";
import { isConstructedRow, isDenseControl } from "../../analysis/dense-control.ts";
import { networkBytes } from "../../analysis/network-bytes.ts";
import { sameExamplesInterval } from "../../analysis/one-network.ts";
import { recovers } from "../../analysis/recovers.ts";
import { quantizes } from "../../analysis/rounding-differences.ts";
import { pairsOf } from "../../analysis/statistics/drop-interval.ts";
import { scaleOf, shownValues } from "../../analysis/statistics/seed-values.ts";
import { count, percent } from "../../charts/parts/titles.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { Metric } from "../../metrics/metric.ts";
import { recoveredValue } from "../../metrics/registry.ts";
import { differenceText, measured, named, side, worsens } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { amountText, intervalText, meanOf, rangeText } from "./parts.ts";

/** How far a method prunes before it costs anything, and what comes next. */
export function retention(method: string, rows: readonly ResultRow[], metric: Metric): string[] {
  const bySparsity = [...groupBy(rows, (row) => row.target_sparsity)].sort(([a], [b]) => a - b);
  const control = bySparsity.find(([, of]) => of.some(isDenseControl))?.[1];
  const limit = largestNonInferiorSparsity(rows, metric);
  if (control === undefined || limit === undefined) return plainRange(method, bySparsity, metric);
  const margin = differenceText(metric, metric.difference.margin);
  const dense = denseNetwork(rows);
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

/** What pruned networks are held against: rounded as they are, if they are. */
function denseNetwork(rows: readonly ResultRow[]): string {
  const network = recovers(rows) ? "dense control" : "dense network";
  return rows.some(quantizes) ? `its equally rounded ${network}` : `the ${network}`;
}

/** What the first sparsity beyond the limit costs, or why it is beyond. */
function beyond(
  control: readonly ResultRow[],
  [sparsity, rows]: readonly [number, readonly ResultRow[]],
  { metric, dense }: { readonly metric: Metric; readonly dense: string },
): string {
  const { difference } = metric;
  const scale = scaleOf(metric, shownValues(control, metric));
  const pairs = pairsOf(control, rows, (row) => recoveredValue(metric, row));
  const seen = contrast(pairs, scale, rows[0]?.test_examples ?? 1);
  const at = `At ${percent(sparsity)}`;
  if (seen === undefined) return `${at} no run gave a result.`;
  const sameExamples = sameExamplesInterval(control, rows, metric);
  const drop = sameExamples === undefined ? seen : contrastWithin(seen, sameExamples);
  const seeds =
    sameExamples !== undefined
      ? count(rows[0]?.test_examples ?? 0, "test example")
      : drop.n === 1
        ? "one seed"
        : count(drop.n, "seed");
  const margin = differenceText(metric, difference.margin);
  if (!drop.told) {
    return `${at} it cannot be told from ${dense}, nor can a ${difference.setback} of ${margin} be ruled out: with ${seeds} the 95% interval of the ${difference.name} is ${rangeText(metric, drop.ci95)}.`;
  }
  if (drop.drop >= difference.margin) {
    return `${at} it ${worsens(metric)} ${amountText(metric, drop.drop)} ${side(metric, "worse")} ${dense}${intervalText(drop)}.`;
  }
  const place = side(metric, drop.drop > 0 ? "worse" : "better");
  return `${at} it is ${amountText(metric, Math.abs(drop.drop))} ${place} ${dense} on average, but ${seeds} cannot rule out a ${difference.setback} of ${margin}.`;
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
  if (bySparsity.some(([, rows]) => rows.some(isConstructedRow))) {
    return [`${method}, which is constructed and not pruned: ${from}${to}.`];
  }
  return [
    `${method}: ${from}${to}. The grid has no sparsity 0, so there is no unpruned network to compare with.`,
  ];
}

function saving(rows: readonly ResultRow[]): string {
  const [first] = rows;
  const bytes = meanOf(rows, networkBytes);
  if (first === undefined || bytes === null || bytes <= 0) return "";
  const kib = (value: number) => `${Math.round(value / 1024).toLocaleString("en-US")} KiB`;
  return `, in ${kib(bytes)} instead of ${kib(first.dense_bytes)}`;
}
