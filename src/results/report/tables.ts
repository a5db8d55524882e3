import { measuredPoints } from "../../analysis/measured-points.ts";
import { recovers } from "../../analysis/recovers.ts";
import { meanInterval, present } from "../../analysis/statistics/mean-interval.ts";
import { percent, recoveryNoun } from "../../charts/parts/titles.ts";
import { detectableDrops } from "../../charts/sensitivity.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { Metric } from "../../metrics/metric.ts";
import { primaryMetric } from "../../metrics/registry.ts";
import { columnHeading, endsText, heading, valueText } from "../../metrics/words.ts";
import type { LayerRow, ResultRow, SummaryRow } from "../../recording/rows.ts";
import { type Html, html } from "./html.ts";
import { swatch } from "./swatch.ts";

export interface Cell {
  readonly text: string;
  /** What the column is sorted by; empty cells come last. */
  readonly value: string | number;
}

const empty: Cell = { text: "", value: "" };

function figure(value: number | null, format: (value: number) => string): Cell {
  return value === null ? empty : { text: format(value), value };
}

const amount = (value: number | null, decimals: number) => figure(value, (v) => v.toFixed(decimals));
const sparsity = (value: number): Cell => ({ text: percent(value), value });
const whole = (value: number | null) => figure(value, (v) => Math.round(v).toLocaleString("en-US"));

/** A row of a table whose first column is the method. */
export interface TableRow {
  readonly method: string;
  readonly cells: readonly Cell[];
}

/** The methods of a table, and the number of the first of them on the page. */
export interface ShownMethods {
  readonly methods: readonly string[];
  readonly firstSeries: number;
  /** Behind the captions that a screen reader says, where a page has several such tables. */
  readonly of?: string;
}

/** A page with more rows is slow to open, and nobody reads them there. */
const MOST_ROWS = 2000;

/** A table whose headings sort; the first column is the method. Its caption is read aloud, or a heading above it. */
export function sortable(
  caption: string,
  headings: readonly string[],
  rows: readonly TableRow[],
  { methods, firstSeries, of = "" }: ShownMethods,
  shows: "unseen" | "heading" = "unseen",
): Html {
  const numbers = new Map(methods.map((method, i) => [method, firstSeries + i]));
  return html`${shows === "heading" ? html`<h3>${caption}</h3>` : ""}<div class="wide" tabindex="0" role="region" aria-label="${caption}${of}"><table class="sortable">
<caption class="unseen">${caption}</caption>
<thead><tr>${["Method", ...headings].map((heading) => html`<th scope="col"><button type="button">${heading}</button></th>`)}</tr></thead>
<tbody>${rows.slice(0, MOST_ROWS).map(({ method, cells }) => {
    const series = numbers.get(method) ?? 0;
    return html`<tr data-series="${series}"><td data-value="${method}">${swatch(series, "mark")}${method}</td>${cells.map(
      ({ text, value }) => html`<td data-value="${value}">${text}</td>`,
    )}</tr>
`;
  })}</tbody></table></div>${
    rows.length <= MOST_ROWS
      ? ""
      : html`<p class="hint">The first ${MOST_ROWS.toLocaleString("en-US")} of ${rows.length.toLocaleString("en-US")} rows; the tables of the results folder have all.</p>`
  }`;
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Whether units of several weights are pruned: sparsities are then of units, and weights are told apart. */
export function countsUnits(layers: readonly LayerRow[]): boolean {
  return layers.some(({ units }) => units != null);
}

/** What the columns of the summary table are. */
export function summaryLegend(
  { noun, difference: { name } }: Metric,
  results: readonly ResultRow[],
  units: boolean,
): string {
  const recovery = recoveryNoun(results);
  const trained = recovers(results);
  const measures = trained
    ? `Mean test ${noun} over the seeds, before and after ${recovery}, with the 95% confidence interval of the one after it.`
    : `Mean test ${noun} over the seeds, with its 95% confidence interval.`;
  const control = trained ? ` after the same ${recovery}` : "";
  return (
    `${measures} ${capitalized(name)}: from the dense control, the network of sparsity 0${control}. Detectable: ` +
    `the smallest ${name} that a check with other seeds sees; none: these seeds show no ${name} at all. ` +
    (units
      ? "Pruned: of units, such as neurons, where they are pruned whole; Weights: what that is in weights. "
      : "") +
    "With dead: pruned weights, and kept ones on no path " +
    "from an input to an output. MACs: multiply-accumulates for one example."
  );
}

/** Every (method, sparsity): the primary metric with half the width of its intervals, drop, sizes. */
export function summaryTable(
  summary: readonly SummaryRow[],
  results: readonly ResultRow[],
  { units, ...shown }: ShownMethods & { readonly units: boolean },
): Html {
  const metric = primaryMetric(results);
  const points = measuredPoints(results, metric);
  const drops = new Map(
    detectableDrops(results).map((found) => [JSON.stringify([found.method, found.sparsity]), found]),
  );
  const trained = recovers(results);
  const troubled = summary.some((row) => row.collapsed > 0 || row.diverged > 0);
  const measure = (value: number | null): Cell =>
    value === null ? empty : { text: valueText(metric, value), value: metric.scale * value };
  const rows = summary.flatMap((row, i): TableRow[] => {
    const detectable = drops.get(JSON.stringify([row.method, row.target_sparsity]));
    const point = points[i];
    if (point === undefined) return [];
    const mean = (value: (row: ResultRow) => number) => meanInterval(point.rows.map(value)).mean;
    const { ci95 } = point.recovered;
    return [
      {
        method: row.method,
        cells: [
          sparsity(row.target_sparsity),
          ...(trained ? [measure(point.pruned.mean)] : []),
          measure(point.recovered.mean),
          ci95 === null
            ? empty
            : { text: endsText(metric, ci95), value: metric.scale * (ci95.high - ci95.low) },
          amount(point.drop.mean, 2),
          detectable === undefined
            ? empty
            : detectable.drop === null
              ? { text: "none", value: "" }
              : amount(detectable.drop, 1),
          ...(units ? [figure(100 * row.sparsity, (v) => v.toFixed(2))] : []),
          figure(row.effective_sparsity, (v) => (100 * v).toFixed(2)),
          figure(row.compression, (v) => `${v.toFixed(1)}x`),
          figure((mean((r) => r.sparse_bytes) ?? 0) / 1024, (v) =>
            v.toLocaleString("en-US", { maximumFractionDigits: 1, minimumFractionDigits: 1 }),
          ),
          whole(mean((r) => r.macs)),
          whole(row.n),
          ...(troubled ? [whole(row.collapsed), whole(row.diverged)] : []),
        ],
      },
    ];
  });
  const { name, many } = metric.difference;
  return sortable(
    "Results by method and sparsity",
    [
      "Pruned",
      ...(trained ? ["Before", "After"] : [heading(metric)]).map((text) => columnHeading(text, metric)),
      "95% interval",
      `${capitalized(name)} (${many})`,
      `Detectable (${many})`,
      ...(units ? ["Weights (%)"] : []),
      "With dead (%)",
      "Compression",
      "KiB",
      "MACs",
      "Runs",
      ...(troubled ? ["Collapsed", "Diverged"] : []),
    ],
    rows,
    shown,
  );
}

/** What each layer keeps, the mean over the seeds. */
export function layerTable(layers: readonly LayerRow[], shown: ShownMethods): Html {
  const units = countsUnits(layers);
  const cells = groupBy(layers, (row) => JSON.stringify([row.method, row.target_sparsity, row.parameter]));
  const rows = [...cells.values()].flatMap((seeds): TableRow[] => {
    const [first] = seeds;
    if (first === undefined) return [];
    const mean = (value: (row: LayerRow) => number) => meanInterval(seeds.map(value)).mean;
    return [
      {
        method: first.method,
        cells: [
          sparsity(first.target_sparsity),
          { text: first.parameter, value: first.parameter },
          { text: first.shape, value: first.shape },
          ...(units
            ? [
                whole(first.units ?? null),
                whole(meanInterval(present(seeds.map((row) => row.units_kept ?? null))).mean),
              ]
            : []),
          whole(mean((row) => row.nonzero)),
          figure(100 * (mean((row) => row.sparsity) ?? 0), (v) => v.toFixed(2)),
          whole(first.live === null ? null : mean((row) => row.live ?? 0)),
          whole(mean((row) => row.bytes)),
          whole(mean((row) => row.macs)),
        ],
      },
    ];
  });
  return sortable(
    "Layers by method and sparsity",
    [
      "Pruned",
      "Tensor",
      "Shape",
      ...(units ? ["Units", "Units kept"] : []),
      "Kept",
      "Sparsity (%)",
      "Live",
      "Bytes",
      "MACs",
    ],
    rows,
    shown,
  );
}
