import { Chalk, type ChalkInstance } from "chalk";
import { groupBy } from "../../analysis/group-by.ts";
import { present } from "../../analysis/mean-interval.ts";
import type { Quality } from "../../charts/parts/scales.ts";
import { count, testSetDoubt } from "../../charts/parts/titles.ts";
import { wrap } from "../../foundations/wrap.ts";
import type { SummaryRow } from "../../recording/rows.ts";
import type { TextOptions } from "./text-chart.ts";

export interface ClosingTableOptions extends TextOptions {
  /** Number of test examples that the accuracies stand on. */
  readonly testExamples: number;
  /** A sentence on the smallest drop that a check would see, if there is one. */
  readonly sensitivity?: string | undefined;
}

/** A measure of one (method, sparsity) in words, and whether it is the best of its row. */
interface Cell {
  readonly text: string;
  readonly best: boolean;
}

interface Column {
  readonly method: string;
  /** "before" or "after" fine-tuning. */
  readonly heading: string;
  readonly cells: readonly Cell[];
}

/**
 * What a sweep found, as lines of text: a row for each sparsity, for each method the accuracy (the loss of a
 * regression) before and after recovery with the half width of its 95% interval, the best after recovery marked
 * with `*`; under it the dense baseline and what the figures stand on. Methods that do not fit side by side into
 * the columns follow below.
 */
export function closingTable(summary: readonly SummaryRow[], options: ClosingTableOptions): string[] {
  const quality: Quality = summary.some((row) => row.accuracy_mean !== null) ? "accuracy" : "loss";
  const sparsities = sparsitiesOf(summary);
  const labels = sparsities.map((sparsity) => `${Number((100 * sparsity).toPrecision(6))}%`);
  const byMethod = groupBy(summary, (row) => row.method);
  const decimals = options.testExamples >= 5000 ? 2 : 1;
  const groups = [...byMethod].map(([method, rows]) =>
    methodColumns(
      method,
      sparsities.map((sparsity) => rows.find((row) => row.target_sparsity === sparsity)),
      {
        quality,
        decimals,
        bestAt: (sparsity) => bestMean(summary, sparsity, quality),
      },
    ),
  );
  const blocks = sideBySide(
    groups,
    Math.max(...labels.map(({ length }) => length), "pruned".length),
    options.columns,
  );
  const styles = new Chalk({ level: options.color ? 1 : 0 });
  return [
    ...blocks.flatMap((block) => [...formatBlock(block, labels, styles), ""]),
    ...footer(summary, quality, options)
      .flatMap((line) => wrap(line, options.columns))
      .map((line) => styles.dim(line)),
  ];
}

function sparsitiesOf(summary: readonly SummaryRow[]): number[] {
  return [...new Set(summary.map((row) => row.target_sparsity))].sort((a, b) => a - b);
}

/** The best mean after recovery at one sparsity; null where the methods do not differ. */
function bestMean(summary: readonly SummaryRow[], sparsity: number, quality: Quality): number | null {
  const rows = summary.filter((row) => row.target_sparsity === sparsity);
  const means = present(rows.map((row) => (quality === "accuracy" ? row.accuracy_mean : row.loss_mean)));
  if (new Set(means).size < 2) return null;
  return quality === "accuracy" ? Math.max(...means) : Math.min(...means);
}

interface MethodContext {
  readonly quality: Quality;
  /** Of a percentage. */
  readonly decimals: number;
  readonly bestAt: (sparsity: number) => number | null;
}

/** The columns of one method: before fine-tuning, where there are accuracies of it, and after. */
function methodColumns(
  method: string,
  rows: readonly (SummaryRow | undefined)[],
  { quality, decimals, bestAt }: MethodContext,
): Column[] {
  const recovers = rows.some((row) => row !== undefined && row.recovery !== "none");
  const percent = (mean: number | null, low: number | null, high: number | null) => {
    if (mean === null) return "diverged";
    const margin = low === null || high === null ? "" : ` ±${(50 * (high - low)).toFixed(decimals)}`;
    // Right-aligned to the width of 99.99, so that the points stand in line.
    return `${(100 * mean).toFixed(decimals).padStart(decimals + 3)}${margin}`;
  };
  const after = rows.map((row): Cell => {
    if (row === undefined) return { text: "", best: false };
    const mean = quality === "accuracy" ? row.accuracy_mean : row.loss_mean;
    const text =
      quality === "accuracy"
        ? percent(mean, row.accuracy_ci95_low, row.accuracy_ci95_high)
        : mean === null
          ? "diverged"
          : mean.toPrecision(4);
    const best = mean !== null && mean === bestAt(row.target_sparsity);
    return { text: `${text}${row.collapsed > 0 ? " ×" : ""}${best ? " *" : ""}`, best };
  });
  const before = rows.map(
    (row): Cell => ({
      text:
        row === undefined
          ? ""
          : percent(row.pruned_accuracy_mean, row.pruned_accuracy_ci95_low, row.pruned_accuracy_ci95_high),
      best: false,
    }),
  );
  return [
    ...(recovers && quality === "accuracy" ? [{ method, heading: "before", cells: before }] : []),
    { method, heading: recovers ? "after" : quality, cells: after },
  ];
}

const gap = "  ";

function columnWidth({ heading, cells }: Column): number {
  return Math.max(heading.length, ...cells.map(({ text }) => text.length));
}

function groupWidth(group: readonly Column[]): number {
  const cells = group.reduce((sum, column) => sum + columnWidth(column), gap.length * (group.length - 1));
  return Math.max(cells, group[0]?.method.length ?? 0);
}

/** The methods in blocks that each fit the width; a block holds at least one method. */
function sideBySide(groups: readonly Column[][], labelWidth: number, width: number): Column[][][] {
  const blocks: Column[][][] = [];
  let used = 0;
  for (const group of groups) {
    const needed = 2 * gap.length + groupWidth(group);
    const block = blocks.at(-1);
    if (block !== undefined && used + needed <= width) {
      block.push(group);
      used += needed;
    } else {
      blocks.push([group]);
      used = labelWidth + needed;
    }
  }
  return blocks;
}

function formatBlock(block: readonly Column[][], labels: readonly string[], styles: ChalkInstance): string[] {
  const labelWidth = Math.max("pruned".length, ...labels.map(({ length }) => length));
  const line = (label: string, text: (group: readonly Column[]) => string) =>
    `${label.padStart(labelWidth)}${block.map((group) => gap + gap + text(group)).join("")}`.trimEnd();
  const cells = (
    group: readonly Column[],
    text: (column: Column) => string,
    style: (column: Column) => Style,
  ) => {
    const padded = group.map(
      (column) => style(column)(text(column)) + fill(text(column), columnWidth(column)),
    );
    const used = group.reduce((sum, column) => sum + columnWidth(column), gap.length * (group.length - 1));
    return padded.join(gap) + " ".repeat(groupWidth(group) - used);
  };
  return [
    line("", (group) => {
      const method = group[0]?.method ?? "";
      return styles.bold(method) + fill(method, groupWidth(group));
    }),
    line("pruned", (group) =>
      cells(
        group,
        ({ heading }) => heading,
        () => styles.dim,
      ),
    ),
    ...labels.map((label, row) =>
      line(label, (group) =>
        cells(
          group,
          (column) => column.cells[row]?.text ?? "",
          (column) => (column.cells[row]?.best ? styles.green : String),
        ),
      ),
    ),
  ];
}

type Style = (text: string) => string;

function fill(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - text.length));
}

/** What the figures are and how far they can be trusted. */
function footer(
  summary: readonly SummaryRow[],
  quality: Quality,
  { testExamples, sensitivity }: ClosingTableOptions,
): string[] {
  const runs = summary.map((row) => row.n + row.diverged);
  const seeds = Math.max(0, ...runs);
  const baseline = present(summary.map((row) => row.baseline_accuracy_mean))[0];
  const diverged = summary.reduce((sum, row) => sum + row.diverged, 0);
  const compared = sparsitiesOf(summary).some((sparsity) => bestMean(summary, sparsity, quality) !== null);
  return [
    ...(baseline === undefined ? [] : [`Dense baseline: ${(100 * baseline).toFixed(2)}% test accuracy.`]),
    `Test ${quality}${quality === "accuracy" ? " in percent" : ""}, ${count(testExamples, "test example")}.`,
    ...(seeds > 1
      ? [
          `Mean of ${count(seeds, "seed")}${quality === "accuracy" ? " ± half width of its 95% confidence interval" : ""}.`,
        ]
      : baseline === undefined
        ? ["One seed."]
        : [`One seed; ${testSetDoubt(baseline, testExamples)}.`]),
    ...(sensitivity === undefined ? [] : [sensitivity]),
    ...(compared ? [`* ${quality === "accuracy" ? "highest" : "lowest"} mean of its row.`] : []),
    ...(summary.some((row) => row.collapsed > 0)
      ? ["× no path from the inputs to the outputs is left, in at least one seed."]
      : []),
    ...(diverged > 0 ? [`${count(diverged, "diverged run")} left out.`] : []),
  ];
}
