import { Chalk, type ChalkInstance } from "chalk";
import { type MeasuredPoint, measuredPoints } from "../../analysis/measured-points.ts";
import { recovers } from "../../analysis/recovers.ts";
import type { MeanInterval } from "../../analysis/statistics/mean-interval.ts";
import { percent } from "../../charts/parts/titles.ts";
import { groupBy } from "../../foundations/group-by.ts";
import { wrap } from "../../foundations/wrap.ts";
import type { Metric } from "../../metrics/metric.ts";
import { primaryMetric } from "../../metrics/registry.ts";
import { spreadText, valueText } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { bestMean, isOfVariant, sparsitiesOf } from "./best-mean.ts";
import { closingFooter, type FooterOptions } from "./closing-footer.ts";
import { methodRows } from "./method-rows.ts";
import type { TextOptions } from "./text-chart.ts";

export type ClosingTableOptions = TextOptions & Pick<FooterOptions, "sensitivity" | "metrics">;

/** The points that a table shows. */
interface Shown {
  readonly methods: readonly string[];
  /** Rising. */
  readonly sparsities: readonly number[];
}

/** A measure of one (method, sparsity) in words, and whether it is the best of its row. */
interface Cell {
  readonly text: string;
  readonly best: boolean;
}

/** One measure of a method, by sparsity. */
export interface Column {
  readonly method: string;
  /** "before" or "after" fine-tuning. */
  readonly heading: string;
  readonly cells: readonly Cell[];
}

/**
 * What a sweep found, as lines of text: a row for each sparsity, for each method the primary metric (accuracy, or the
 * loss of a regression) before and after recovery with the half width of its 95% interval, the best after recovery
 * marked with `*`; under it the dense baseline and what the figures stand on. Methods that do not fit side by side
 * into the columns follow below. Metrics of the user's own, after recovery, have a second table like it. Methods that
 * stand at one of several sparsities only have a table of their own, a row a method.
 */
export function closingTable(results: readonly ResultRow[], options: ClosingTableOptions): string[] {
  const metric = primaryMetric(results);
  const points = measuredPoints(results, metric);
  const { curves, single } = partition(points);
  const labels = curves.sparsities.map(percent);
  const testExamples = results[0]?.test_examples ?? 0;
  const { metrics: own = [] } = options;
  const groups = methodGroups(results, metric, testExamples, curves);
  const ownGroups = own.map((each) => methodGroups(results, each, testExamples, curves));
  const singleGroups = single.map((shown) => methodGroups(results, metric, testExamples, shown).flat());
  const mostColumns = Math.max(0, ...singleGroups.map(({ length }) => length));
  const rows = single.map((shown, i) => ({
    method: shown.methods.join(),
    label: shown.sparsities.map(percent).join(),
    columns: [
      ...alignedTo(mostColumns, singleGroups[i] ?? []),
      ...own.map((each) =>
        headed(methodGroups(results, each, testExamples, shown)[0]?.slice(-1) ?? [], each),
      ),
    ].flat(),
  }));
  const styles = new Chalk({ level: options.color ? 1 : 0 });
  const blocksOf = (columns: readonly Column[][]) =>
    sideBySide(
      columns,
      Math.max(...labels.map(({ length }) => length), "pruned".length),
      options.columns,
    ).flatMap((block) => [...formatBlock(block, labels, styles), ""]);
  const all = [...groups.flat(), ...ownGroups.flat(2), ...rows.flatMap(({ columns }) => columns)];
  const lopsided = all.some(({ cells }) => cells.some(({ text }) => text.includes("[")));
  return [
    ...blocksOf(groups),
    // Of each method the columns of all its metrics, after recovery.
    ...(own.length === 0
      ? []
      : blocksOf(
          groups.map((_, method) =>
            own.flatMap((each, i) => headed(ownGroups[i]?.[method]?.slice(-1) ?? [], each)),
          ),
        )),
    ...methodRows(rows, styles),
    ...(rows.length > 0 ? [""] : []),
    ...closingFooter(points, metric, { ...options, testExamples, lopsided, hasRows: rows.length > 0 })
      .flatMap((line) => wrap(line, options.columns))
      .map((line) => styles.dim(line)),
  ];
}

/** The methods that share sparsities, and those that stand at one of several, each by itself. */
function partition(points: readonly MeasuredPoint[]): {
  readonly curves: Shown;
  readonly single: readonly Shown[];
} {
  const several = sparsitiesOf(points).length > 1;
  const methods = [...groupBy(points, ({ method }) => method)].map(([method, of]) => ({
    methods: [method],
    sparsities: sparsitiesOf(of),
  }));
  const alone = ({ sparsities }: Shown) => several && sparsities.length === 1;
  const curves = methods.filter((shown) => !alone(shown));
  return {
    curves: {
      methods: curves.flatMap((shown) => shown.methods),
      sparsities: [...new Set(curves.flatMap(({ sparsities }) => sparsities))].sort((a, b) => a - b),
    },
    single: methods.filter(alone),
  };
}

/** Where others have a column before their recovery, one without recovery has nothing there. */
function alignedTo(columns: number, group: readonly Column[]): Column[] {
  const [after] = group.slice(-1);
  if (after === undefined || group.length === columns) return [...group];
  return [
    { ...after, heading: "before", cells: [{ text: "", best: false }] },
    { ...after, heading: "after" },
  ];
}

function headed(columns: readonly Column[], { noun }: Metric): Column[] {
  return columns.map((column) => ({ ...column, heading: noun }));
}

/** The columns of each of the methods, by one metric. */
function methodGroups(
  results: readonly ResultRow[],
  metric: Metric,
  testExamples: number,
  { methods, sparsities }: Shown,
): Column[][] {
  const points = measuredPoints(results, metric);
  const context = {
    metric,
    decimals: testExamples >= 5000 ? metric.digits.fine : metric.digits.coarse,
    bestAt: (sparsity: number) => bestMean(points, sparsity, metric),
  };
  return methods.map((method) =>
    methodColumns(
      method,
      sparsities.map((sparsity) =>
        points.find((point) => point.method === method && point.sparsity === sparsity),
      ),
      context,
    ),
  );
}

interface MethodContext {
  readonly metric: Metric;
  /** Of a value that is written with decimals. */
  readonly decimals: number;
  readonly bestAt: (sparsity: number) => number | null;
}

/** The columns of one method: before fine-tuning, if there is any, and after. */
function methodColumns(
  method: string,
  points: readonly (MeasuredPoint | undefined)[],
  { metric, decimals, bestAt }: MethodContext,
): Column[] {
  const trained = recovers(points.flatMap((point) => point?.rows ?? []));
  const written = ({ n }: MeasuredPoint, { mean, ci95 }: MeanInterval) => {
    // A schedule that prunes during the recovery has nothing to show before it.
    if (mean === null) return n === 0 ? "diverged" : "";
    const margin = ci95 === null ? "" : ` ${spreadText(metric, mean, ci95, decimals)}`;
    if (metric.digits.kind === "significant") return valueText(metric, mean) + margin;
    // Percentages are right-aligned to the width of 99.99, so that the points stand in line.
    const width = metric.unit === "%" ? decimals + 3 : 0;
    return `${(metric.scale * mean).toFixed(decimals).padStart(width)}${margin}`;
  };
  const after = points.map((point): Cell => {
    if (point === undefined) return { text: "", best: false };
    const { mean } = point.recovered;
    const best = mean !== null && mean === bestAt(point.sparsity) && !isOfVariant(point);
    return {
      text: `${written(point, point.recovered)}${point.collapsed > 0 ? " ×" : ""}${best ? " *" : ""}`,
      best,
    };
  });
  const before = points.map(
    (point): Cell => ({ text: point === undefined ? "" : written(point, point.pruned), best: false }),
  );
  return [
    ...(trained ? [{ method, heading: "before", cells: before }] : []),
    { method, heading: trained ? "after" : metric.noun, cells: after },
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
