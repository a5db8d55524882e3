import { shownShrunk } from "../../analysis/shrunk-networks.ts";
import { meanInterval, present } from "../../analysis/statistics/mean-interval.ts";
import { percent } from "../../charts/parts/titles.ts";
import { primaryMetric } from "../../metrics/registry.ts";
import { differenceText, measured } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";

/**
 * What is left of each method's network as a smaller dense one, as lines of text: a row a method, at the sparsity that the
 * chart shows. None where no network has fewer units, or the study did not ask.
 */
export function shrunkSizes(results: readonly ResultRow[]): string[] {
  const metric = primaryMetric(results);
  const shown = shownShrunk(results, metric);
  if (shown.length === 0) return [];
  const mean = (rows: readonly ResultRow[], value: (row: ResultRow) => number | undefined) =>
    meanInterval(present(rows.map((row) => value(row) ?? null))).mean ?? 0;
  const left = (part: number, whole: number) =>
    `${Math.round(part).toLocaleString("en-US")} (${(whole / part).toFixed(1)}x fewer)`;
  const table = [
    ["smaller dense", "pruned", metric.noun, "parameters", "MACs"],
    ...shown.map(({ point: { method, sparsity, recovered, rows } }) => [
      method,
      percent(sparsity),
      recovered.mean === null ? "diverged" : measured(metric, recovered.mean),
      left(
        mean(rows, (row) => row.shrunk_parameters),
        mean(rows, (row) => row.parameters),
      ),
      left(
        mean(rows, (row) => row.shrunk_macs),
        mean(rows, (row) => row.dense_macs),
      ),
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const margin = differenceText(metric, metric.difference.margin);
  return [
    ...table.map(([method = "", ...cells]) =>
      [method.padEnd(widths[0] ?? 0), ...cells.map((cell, i) => cell.padStart(widths[i + 1] ?? 0))].join(
        "  ",
      ),
    ),
    "",
    "What is left without dead and constant units, mean over the seeds: at the largest sparsity up to which the mean stays " +
      `within ${margin} of the dense control, or else the first at which units go.`,
  ];
}
