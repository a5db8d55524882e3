import { Chalk } from "chalk";
import { measuredPoints } from "../../analysis/measured-points.ts";
import { recovers } from "../../analysis/recovers.ts";
import { present } from "../../analysis/statistics/mean-interval.ts";
import { methodColors } from "../../charts/parts/palette.ts";
import { heightOn, metricScale, scaleText } from "../../charts/parts/scales.ts";
import { recoveryNoun } from "../../charts/parts/titles.ts";
import { wrap } from "../../foundations/wrap.ts";
import { primaryMetric } from "../../metrics/registry.ts";
import { columnHeading } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";

export interface TextOptions {
  /** Width of the terminal in characters. */
  readonly columns: number;
  readonly color: boolean;
}

const rows = 13;
const axisWidth = 6;
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/**
 * The primary metric (accuracy, or the loss of a regression) against sparsity in characters, as lines that fit the columns: a letter
 * for each method, `*` where several fall on one place, the dense baseline dotted. Sparsities stand evenly, and
 * the scale is that of the charts. Empty without any measure, or on a terminal too narrow to show one.
 */
export function textChart(results: readonly ResultRow[], { columns, color }: TextOptions): string[] {
  const metric = primaryMetric(results);
  const points = measuredPoints(results, metric);
  const baseline = present(points.map((point) => point.baseline.mean))[0] ?? null;
  const values = present([...points.map(({ recovered }) => recovered.mean), baseline]);
  const methods = [...new Set(points.map(({ method }) => method))];
  const sparsities = [...new Set(points.map(({ sparsity }) => sparsity))].sort((a, b) => a - b);
  const spacing = Math.min(9, Math.floor((columns - axisWidth - 2) / sparsities.length));
  if (values.length === 0 || spacing < 1) return [];

  const { position, scale, ticks } = metricScale(metric, values);
  const rowAt = (place: number) => Math.round((rows - 1) * (1 - heightOn(scale, place)));

  // 1. The canvas: a dotted baseline, then a letter a point, methods side by side where there is room.
  const width = spacing * sparsities.length;
  const canvas = Array.from({ length: rows }, () => Array.from({ length: width }, () => " "));
  if (baseline !== null) canvas[rowAt(position(baseline))]?.fill("·");
  const apart = spacing > methods.length;
  for (const { method, sparsity, recovered } of points) {
    const value = recovered.mean;
    const line = value === null ? undefined : canvas[rowAt(position(value))];
    if (line === undefined) continue;
    const index = methods.indexOf(method);
    const offset = apart ? index - Math.floor((methods.length - 1) / 2) : 0;
    const column = sparsities.indexOf(sparsity) * spacing + Math.floor(spacing / 2) + offset;
    const letter = letters[index % letters.length] ?? "?";
    line[column] = line[column] === " " || line[column] === "·" ? letter : "*";
  }

  // 2. Around it: round values on the left, sparsities below, methods at the end.
  const styles = new Chalk({ level: color ? 2 : 0 });
  const colors = methodColors(methods);
  const paint = (mark: string) => {
    const hex = colors.get(methods[letters.indexOf(mark)] ?? "");
    return hex === undefined ? styles.dim(mark) : styles.hex(hex)(mark);
  };
  const labels = new Map(ticks.map(({ value, label }) => [rowAt(value), label]));
  const plot = canvas.map((line, index) => {
    const cells = line
      .join("")
      .trimEnd()
      .replace(/·+|[^ ·]/g, paint);
    return `${(labels.get(index) ?? "").padStart(axisWidth)} ${labels.has(index) ? "┤" : "│"}${cells}`;
  });
  const stage = recovers(results) ? recoveryNoun(results) : "pruning";
  const title = `${columnHeading(`Test ${metric.noun}`, metric)} after ${stage} against weights pruned (%)`;
  const axes = `height: ${scaleText(metric)}; width: one step a sparsity`;
  return [
    ...[title, axes].flatMap((line) => wrap(line, columns)),
    ...plot,
    `${" ".repeat(axisWidth + 1)}└${"─".repeat(width)}`,
    `${" ".repeat(axisWidth + 2)}${sparsityLabels(sparsities, spacing)}`.trimEnd(),
    ...legend(
      methods.map((method, index) => `${letters[index % letters.length]} ${method}`),
      baseline !== null,
      columns,
    ).map((line) => line.replace(/(?<=^| {2})[A-Za-z·](?= )/g, paint)),
  ];
}

/** The sparsities below their places; one that would touch the label before it is left out. */
function sparsityLabels(sparsities: readonly number[], spacing: number): string {
  let line = "";
  sparsities.forEach((sparsity, index) => {
    const label = String(Number((100 * sparsity).toPrecision(6)));
    const start = Math.max(0, index * spacing + Math.floor(spacing / 2) - Math.floor((label.length - 1) / 2));
    if (line === "" || start > line.length) line = line.padEnd(start) + label;
  });
  return line;
}

/** The letters and their methods, as many a line as fit. */
function legend(methods: readonly string[], hasBaseline: boolean, columns: number): string[] {
  const lines: string[] = [];
  for (const entry of [...methods, ...(hasBaseline ? ["· dense baseline"] : [])]) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 2 + entry.length <= columns)
      lines[lines.length - 1] = `${last}  ${entry}`;
    else lines.push(`  ${entry}`);
  }
  return lines;
}
