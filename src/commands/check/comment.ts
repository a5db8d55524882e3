import { percent } from "../../charts/parts/titles.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { GateReport } from "../../library/check.ts";
import type { Metric } from "../../metrics/metric.ts";
import { columnHeading, shownText } from "../../metrics/words.ts";
import type { CheckError } from "./error-report.ts";
import { gateLines } from "./history.ts";
import { plain } from "./markdown.ts";
import { tableHeader, tableRows } from "./table.ts";
import { verdictSentence } from "./words.ts";

/** GitHub takes no longer comment; a margin for what a bot puts round it. */
const MOST_CHARACTERS = 65_536 - 536;
const MOST_WORST = 5;
const MOST_CHARTS = 6;

/** How a comment begins, whatever it is about. */
export const COMMENT_MARK = "<!-- prune-lab check: ";

/**
 * The first line of a comment, by which a bot finds the one to replace: the same for every check against one baseline,
 * and not to be seen by readers.
 */
export function commentMarker(baseline: string): string {
  return `${COMMENT_MARK}${baseline.replace(/[^\w./-]+/g, "_").replace(/--+/g, "-")} -->`;
}

/**
 * The report as a comment on a pull request: verdict, worst points, a chart for each curve that GitHub and GitLab draw
 * themselves (Mermaid), values before and after. Parts that would make it too long are left out, and it says so.
 */
export function commentReport(report: GateReport): string {
  const head = [commentMarker(report.baseline), `**${plain(verdictSentence(report))}**`];
  const said = [...report.alerts, ...gateLines(report)];
  const compared = report.verdict === "identical" ? [] : comparison(report);
  const notes = report.notes.length === 0 ? [] : [folded("Notes", bullets(report.notes))];
  return fitted([...head, ...(said.length === 0 ? [] : [bullets(said)])], [...compared, ...notes]);
}

/** The same for a comparison that could not be made. */
export function commentError({ baseline, headline, details }: CheckError): string {
  return fitted([commentMarker(baseline), `**Not compared: ${plain(headline)}**`], [bullets(details)]);
}

/** Parts under each other, as many as a comment takes. */
function fitted(head: readonly string[], parts: readonly string[]): string {
  let text = `${head.join("\n\n")}\n`;
  let left = 0;
  for (const part of parts) {
    if (text.length + part.length + 200 > MOST_CHARACTERS) left++;
    else text += `\n${part}\n`;
  }
  return left === 0
    ? text.slice(0, MOST_CHARACTERS)
    : `${text}\nToo long for a comment: ${left} part${left > 1 ? "s are" : " is"} left out.\n`;
}

/** A curve on both sides. */
interface Sides {
  readonly curve: string;
  readonly points: readonly {
    readonly sparsity: number;
    readonly baseline: number | null;
    readonly results: number | null;
  }[];
}

function comparison(report: GateReport): string[] {
  const byMetric = report.metrics.map((metric) => ({ metric, curves: curvesOf(report, metric) }));
  const charts = byMetric.flatMap(({ metric, curves }) =>
    curves.flatMap((curve) => chart(curve, metric, byMetric.length > 1)),
  );
  const more = charts.length - MOST_CHARTS;
  return [
    worstTable(report),
    ...(charts.length > 0 ? ["Grey: baseline. Blue: now."] : []),
    ...charts.slice(0, MOST_CHARTS),
    ...(more > 0 ? [`${more} more curve${more > 1 ? "s" : ""} without a chart here.`] : []),
    ...byMetric.map(({ metric, curves }) =>
      folded(`${columnHeading(metric.noun, metric)} before and after`, valuesTable(curves, metric)),
    ),
  ];
}

function worstTable(report: GateReport): string {
  return table(tableHeader(report), tableRows(report, "details").slice(0, MOST_WORST));
}

/** By curve, sparsities ascending. What all methods share at sparsity 0 is compared once, and stands in every curve. */
function curvesOf({ items }: GateReport, metric: Metric): Sides[] {
  const points = items
    .filter((item) => item.metric === metric.name)
    .flatMap(({ sparsity, ...item }) => (sparsity === null ? [] : [{ ...item, sparsity }]));
  // A network of sparsity 0 that is alone in its curve is no control, but was constructed.
  const controls = points.filter(
    ({ curve, sparsity }) =>
      sparsity === 0 && points.some((other) => other.curve === curve && other.sparsity !== 0),
  );
  const shared = controls.length === 1 ? controls : [];
  return [...groupBy(points, ({ curve }) => curve)].map(([curve, own]) => ({
    curve,
    points: [...(own.some(({ sparsity }) => sparsity === 0) ? [] : shared), ...own].sort(
      (a, b) => a.sparsity - b.sparsity,
    ),
  }));
}

/** A Mermaid chart of the sparsities that have a value on both sides; none below two of them. */
function chart({ curve, points }: Sides, metric: Metric, several: boolean): string[] {
  const known = points.flatMap(({ sparsity, baseline, results }) =>
    baseline === null || results === null ? [] : [{ sparsity, baseline, results }],
  );
  if (known.length < 2) return [];
  const values = known.flatMap(({ baseline, results }) => [baseline, results]);
  const lowest = values.reduce((a, b) => Math.min(a, b));
  const highest = values.reduce((a, b) => Math.max(a, b));
  const padding = (highest - lowest) / 20 || Math.abs(highest) / 20 || 1;
  const { lowest: least = null, highest: most = null } = metric.bounds ?? {};
  const floor = least !== null ? metric.scale * least : lowest < 0 ? Number.NEGATIVE_INFINITY : 0;
  const bottom = Math.max(floor, lowest - padding);
  const top = Math.min(most === null ? Number.POSITIVE_INFINITY : metric.scale * most, highest + padding);
  const number = (value: number) => String(Number(value.toPrecision(6)));
  const list = (side: "baseline" | "results") => known.map((point) => number(point[side])).join(", ");
  return [
    [
      `**${plain(several ? `${metric.noun} of ${curve}` : curve)}**`,
      "",
      "```mermaid",
      "---",
      "config:",
      "  xyChart:",
      "    width: 640",
      "    height: 280",
      "  themeVariables:",
      "    xyChart:",
      '      plotColorPalette: "#8c959f, #0969da"',
      "---",
      "xychart-beta",
      `  x-axis "pruned" [${known.map(({ sparsity }) => `"${percent(sparsity)}"`).join(", ")}]`,
      `  y-axis "${columnHeading(metric.noun, metric)}" ${number(bottom)} --> ${number(top)}`,
      `  line [${list("baseline")}]`,
      `  line [${list("results")}]`,
      "```",
    ].join("\n"),
  ];
}

function valuesTable(curves: readonly Sides[], metric: Metric): string {
  const sparsities = [...new Set(curves.flatMap(({ points }) => points.map(({ sparsity }) => sparsity)))];
  const shown = (value: number | null) => (value === null ? "none" : shownText(metric, value));
  return table(
    ["pruned", ...curves.map(({ curve }) => curve)],
    sparsities
      .sort((a, b) => a - b)
      .map((sparsity) => [
        percent(sparsity),
        ...curves.map(({ points }) => {
          const point = points.find((other) => other.sparsity === sparsity);
          return point === undefined ? "" : `${shown(point.baseline)} → ${shown(point.results)}`;
        }),
      ]),
  );
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map(plain).join(" | ")} |`;
  return [row(header), row(header.map(() => "---")), ...rows.map(row)].join("\n");
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${plain(line)}`).join("\n");
}

function folded(summary: string, content: string): string {
  return `<details><summary>${plain(summary)}</summary>\n\n${content}\n\n</details>`;
}
