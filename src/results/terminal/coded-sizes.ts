import { quantizes } from "../../analysis/rounding-differences.ts";
import { meanInterval, present } from "../../analysis/statistics/mean-interval.ts";
import { nearestShown } from "../../charts/parts/shown-weights.ts";
import { percent } from "../../charts/parts/titles.ts";
import { groupBy } from "../../foundations/group-by.ts";
import { quantizationWords } from "../../pruning/quantization/quantization.ts";
import type { ResultRow } from "../../recording/rows.ts";

/**
 * What the networks of each method take at the sparsity nearest to 90%, as lines of text: a row a method, with its bits.
 * None where no method rounds its weights.
 */
export function codedSizes(results: readonly ResultRow[]): string[] {
  const sparsity = nearestShown(results.map((row) => row.target_sparsity));
  if (sparsity === undefined || !results.some(quantizes)) return [];
  const methods = groupBy(
    results.filter((row) => row.target_sparsity === sparsity),
    ({ method }) => method,
  );
  const kib = (rows: readonly ResultRow[], bytes: (row: ResultRow) => number | null | undefined) => {
    const { mean } = meanInterval(present(rows.map((row) => bytes(row) ?? null)));
    return mean === null ? "" : (mean / 1024).toFixed(1);
  };
  const table = [
    [`at ${percent(sparsity)}`, "dense", "sparse", "coded", "Huffman", "weights"],
    ...[...methods].map(([method, rows]) => [
      method,
      kib(rows, (row) => row.dense_bytes),
      kib(rows, (row) => row.sparse_bytes),
      kib(rows, (row) => row.coded_bytes),
      kib(rows, (row) => row.huffman_bytes),
      quantizationWords(rows[0]?.quantization) ?? "32 bits",
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return [
    ...table.map(([method = "", ...cells]) =>
      [
        method.padEnd(widths[0] ?? 0),
        ...cells.slice(0, 4).map((cell, i) => cell.padStart(widths[i + 1] ?? 0)),
        cells[4] ?? "",
      ].join("  "),
    ),
    "",
    "Size in KiB, mean over the seeds. Dense and sparse: values of 32 bits; coded: of few; Huffman: those entropy-coded.",
  ];
}
