import { groupBy } from "../../analysis/group-by.ts";
import { meanInterval } from "../../analysis/mean-interval.ts";
import type { LayerRow, ResultRow, SummaryRow } from "../../recording/rows.ts";
import { detectableDrops } from "../sensitivity.ts";
import { percent } from "../titles.ts";
import { type Html, html } from "./html.ts";

interface Cell {
  readonly text: string;
  /** What the column is sorted by; empty cells come last. */
  readonly value: string | number;
}

const empty: Cell = { text: "", value: "" };

function figure(value: number | null, format: (value: number) => string): Cell {
  return value === null ? empty : { text: format(value), value };
}

const points = (value: number | null) => figure(value, (v) => v.toFixed(2));
const accuracy = (value: number | null) => figure(value === null ? null : 100 * value, (v) => v.toFixed(2));
const sparsity = (value: number): Cell => ({ text: percent(value), value });
const whole = (value: number | null) => figure(value, (v) => Math.round(v).toLocaleString("en-US"));

interface TableRow {
  readonly method: string;
  readonly cells: readonly Cell[];
}

/** A table whose headings sort; the first column is the method. */
function sortable(
  caption: string,
  headings: readonly string[],
  rows: readonly TableRow[],
  methods: readonly string[],
): Html {
  return html`<div class="wide" tabindex="0" role="region" aria-label="${caption}"><table class="sortable">
<caption class="unseen">${caption}</caption>
<thead><tr>${["Method", ...headings].map((heading) => html`<th scope="col"><button type="button">${heading}</button></th>`)}</tr></thead>
<tbody>${rows.map(({ method, cells }) => {
    const series = methods.indexOf(method);
    return html`<tr data-series="${series}"><td data-value="${method}"><span class="swatch s${series}"></span>${method}</td>${cells.map(
      ({ text, value }) => html`<td data-value="${value}">${text}</td>`,
    )}</tr>
`;
  })}</tbody></table></div>`;
}

/** Every (method, sparsity): accuracies with half the width of their intervals, drop, sizes. */
export function summaryTable(
  summary: readonly SummaryRow[],
  results: readonly ResultRow[],
  methods: readonly string[],
): Html {
  const cells = groupBy(results, (row) => JSON.stringify([row.method, row.target_sparsity]));
  const drops = detectableDrops(results);
  const regression = summary.every((row) => row.accuracy_mean === null);
  const rows = summary.map((row): TableRow => {
    const detectable = drops.find((d) => d.method === row.method && d.sparsity === row.target_sparsity);
    const of = cells.get(JSON.stringify([row.method, row.target_sparsity])) ?? [];
    const mean = (value: (row: ResultRow) => number) => meanInterval(of.map(value)).mean;
    const half =
      row.accuracy_ci95_low === null || row.accuracy_ci95_high === null
        ? null
        : 50 * (row.accuracy_ci95_high - row.accuracy_ci95_low);
    return {
      method: row.method,
      cells: [
        sparsity(row.target_sparsity),
        ...(regression
          ? [figure(row.loss_mean, (v) => v.toPrecision(4))]
          : [
              accuracy(row.pruned_accuracy_mean),
              accuracy(row.accuracy_mean),
              points(half),
              points(row.drop_from_dense_control_mean),
              figure(detectable?.drop ?? null, (v) => v.toFixed(1)),
            ]),
        sparsity(row.effective_sparsity),
        figure(row.compression, (v) => `${v.toFixed(1)}x`),
        whole(mean((r) => r.sparse_bytes)),
        whole(mean((r) => r.macs)),
        whole(row.n),
        whole(row.collapsed),
        whole(row.diverged),
      ],
    };
  });
  return sortable(
    "Results by method and sparsity",
    [
      "Pruned",
      ...(regression
        ? ["Test loss"]
        : [
            "Accuracy before fine-tuning (%)",
            "Accuracy (%)",
            "± 95%",
            "Drop from dense control (points)",
            "Smallest detectable drop (points)",
          ]),
      "Pruned or dead",
      "Compression",
      "Bytes",
      "Multiply-accumulates",
      "Runs",
      "Collapsed",
      "Diverged",
    ],
    rows,
    methods,
  );
}

/** What each layer keeps, the mean over the seeds. */
export function layerTable(layers: readonly LayerRow[], methods: readonly string[]): Html {
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
          whole(mean((row) => row.nonzero)),
          figure(100 * (mean((row) => row.sparsity) ?? 0), (v) => v.toFixed(2)),
          whole(mean((row) => row.live)),
          whole(mean((row) => row.bytes)),
          whole(mean((row) => row.macs)),
        ],
      },
    ];
  });
  return sortable(
    "Layers by method and sparsity",
    ["Pruned", "Tensor", "Shape", "Kept", "Sparsity (%)", "Live", "Bytes", "Multiply-accumulates"],
    rows,
    methods,
  );
}
