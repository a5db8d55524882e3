import { measuredPoints } from "../../analysis/measured-points.ts";
import { measureText, percent } from "../../charts/parts/titles.ts";
import type { FormulaMetric } from "../../metrics/formula/metric.ts";
import type { Metric } from "../../metrics/metric.ts";
import { columnHeading, heading } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { type Html, html } from "./html.ts";
import { listed } from "./parts.ts";
import type { ReportedStudy } from "./reproduce.ts";
import { type ShownMethods, sortable } from "./tables.ts";

/** Metrics of the user's own that mean the same in all of these studies that have them, as the first of them shows them. */
export function sharedMetrics(studies: readonly Pick<ReportedStudy, "metrics">[]): FormulaMetric[] {
  const apart = new Set(apartMetrics(studies));
  const byName = new Map<string, FormulaMetric>();
  for (const metric of studies.flatMap(({ metrics = [] }) => metrics)) {
    if (!apart.has(metric.name) && !byName.has(metric.name)) byName.set(metric.name, metric);
  }
  return [...byName.values()];
}

/** Names that mean one thing in one study, and another in another one. */
function apartMetrics(studies: readonly Pick<ReportedStudy, "metrics">[]): string[] {
  const meanings = new Map<string, Set<string>>();
  for (const { name, definition } of studies.flatMap(({ metrics = [] }) => metrics)) {
    meanings.set(name, (meanings.get(name) ?? new Set()).add(definition));
  }
  return [...meanings].flatMap(([name, of]) => (of.size > 1 ? [name] : []));
}

/** What is left out of metrics of the user's own, and why: a sentence each. */
export function metricNotes(studies: readonly ReportedStudy[]): string[] {
  const apart = apartMetrics(studies);
  return [
    ...(apart.length === 0 ? [] : [`Not shown: ${listed(apart)}, whose formula differs between the sweeps.`]),
    ...studies.flatMap(({ name, unexplained = [] }) =>
      unexplained.length === 0
        ? []
        : [
            `Not shown: ${listed(unexplained)} of ${name}, since no config says what ${unexplained.length > 1 ? "they are" : "it is"}.`,
          ],
    ),
  ];
}

/** Every (method, sparsity): the metrics of the user's own with their intervals, and their formulas. */
export function ownMetricsTable(
  results: readonly ResultRow[],
  metrics: readonly Metric[],
  shown: ShownMethods,
): Html | "" {
  if (metrics.length === 0) return "";
  const columns = metrics.map((metric) => ({ metric, points: measuredPoints(results, metric) }));
  const table = sortable(
    "Metrics of this study's own",
    ["Pruned", ...metrics.map((metric) => columnHeading(heading(metric), metric))],
    (columns[0]?.points ?? []).map(({ method, sparsity }, i) => ({
      method,
      cells: [
        { text: percent(sparsity), value: sparsity },
        ...columns.map(({ metric, points }) => {
          const recovered = points[i]?.recovered;
          return recovered === undefined || recovered.mean === null
            ? { text: "", value: "" }
            : { text: measureText({ ...metric, unit: "" }, recovered), value: recovered.mean };
        }),
      ],
    })),
    shown,
    "heading",
  );
  return html`${table}<p class="explanation">Means after recovery, with 95% confidence intervals. ${metrics.map(
    ({ noun, summary, better }) => html`<br>${heading({ noun })}, the ${better} the better: ${summary}`,
  )}</p>`;
}
