import { measuredPoints } from "../../analysis/measured-points.ts";
import { quantizes, type RoundingDifference } from "../../analysis/rounding-differences.ts";
import { percent } from "../../charts/parts/titles.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { Metric } from "../../metrics/metric.ts";
import { columnHeading, heading, valueText } from "../../metrics/words.ts";
import { quantizationWords } from "../../pruning/quantization/quantization.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { differenceCells, differenceHeadings, pointSentences } from "./differences.ts";
import type { Html } from "./html.ts";
import { meanOf } from "./parts.ts";
import { type Cell, type ShownMethods, sortable } from "./tables.ts";

/** What rounding costs, one sentence a method where it can be told from chance. */
export function roundingSentences(differences: readonly RoundingDifference[], metric: Metric): string[] {
  return [...groupBy(differences, ({ reference }) => reference)].flatMap(([reference, of]) =>
    pointSentences(`Rounded weights against those of ${reference}`, of, metric),
  );
}

/** Measures, differences from what is not rounded, and sizes; undefined where no method rounds. */
export function roundingTable(
  results: readonly ResultRow[],
  differences: readonly RoundingDifference[],
  { metric, ...shown }: { readonly metric: Metric } & ShownMethods,
): Html | undefined {
  if (!results.some(quantizes)) return undefined;
  const points = measuredPoints(
    results.filter(({ quantization }) => quantization !== undefined),
    metric,
  );
  return sortable(
    "Rounded weights",
    [
      "Pruned",
      "Weights",
      columnHeading(heading(metric), metric),
      ...differenceHeadings(metric),
      "Dense KiB",
      "Sparse KiB",
      "Coded KiB",
      "Huffman KiB",
    ],
    points.map(({ method, sparsity, recovered: { mean }, rows }) => ({
      method,
      cells: [
        { text: percent(sparsity), value: sparsity },
        text(quantizationWords(rows[0]?.quantization) ?? "32 bits"),
        mean === null ? text("") : { text: valueText(metric, mean), value: metric.scale * mean },
        ...differenceCells(differences.find((one) => one.method === method && one.sparsity === sparsity)),
        kib(rows, (row) => row.dense_bytes),
        kib(rows, (row) => row.sparse_bytes),
        kib(rows, (row) => row.coded_bytes ?? null),
        kib(rows, (row) => row.huffman_bytes ?? null),
      ],
    })),
    shown,
    "heading",
  );
}

const text = (value: string): Cell => ({ text: value, value });

function kib(rows: readonly ResultRow[], bytes: (row: ResultRow) => number | null): Cell {
  const mean = meanOf(rows, bytes);
  if (mean === null) return text("");
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return { text: (mean / 1024).toLocaleString("en-US", digits), value: mean };
}
