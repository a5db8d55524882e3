import { isControlRow } from "../../analysis/control-comparisons.ts";
import { measuredPoints } from "../../analysis/measured-points.ts";
import {
  type Left,
  type ShrunkNetwork,
  shownShrunk,
  shrunkNetworks,
} from "../../analysis/shrunk-networks.ts";
import { percent } from "../../charts/parts/titles.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { Metric } from "../../metrics/metric.ts";
import { columnHeading, differenceText, heading, valueText } from "../../metrics/words.ts";
import type { LayerRow, ResultRow } from "../../recording/rows.ts";
import { type Html, html } from "./html.ts";
import { type Cell, type ShownMethods, sortable } from "./tables.ts";

const empty: Cell = { text: "", value: "" };

/**
 * The smallest of the networks that are left within the margin of the dense control, in a sentence; nothing where there is
 * none. Controls of methods do not count.
 */
export function shrunkSentences(
  results: readonly ResultRow[],
  layers: readonly LayerRow[],
  metric: Metric,
): string[] {
  const networks = shrunkNetworks(layers);
  const rows = results.filter((row) => !isControlRow(row));
  const within = shownShrunk(rows, metric).flatMap(({ point, within }) =>
    within
      ? networks.filter(({ method, sparsity }) => method === point.method && sparsity === point.sparsity)
      : [],
  );
  const [smallest] = within.toSorted((a, b) => a.parameters.mean - b.parameters.mean);
  if (smallest === undefined) return [];
  const { method, sparsity, parameters, macs } = smallest;
  const margin = differenceText(metric, metric.difference.margin);
  return [
    `Of the networks that stay within ${margin} of the dense control on average, the smallest without dead and constant units is that of ${method} at ${percent(sparsity)}: a dense ${widths(smallest, "mean")} in place of ${widths(smallest, "before")}, with ${whole(parameters.mean)} parameters in place of ${whole(parameters.before)}, and ${times(macs)} fewer multiply-accumulates.`,
  ];
}

/** Tables of the networks that are left: whole, and layer by layer; undefined where none is smaller. */
export function shrunkTables(
  results: readonly ResultRow[],
  layers: readonly LayerRow[],
  metric: Metric,
  shown: ShownMethods,
): Html | undefined {
  const networks = shrunkNetworks(layers);
  if (networks.length === 0) return undefined;
  const points = groupBy(measuredPoints(results, metric), ({ method, sparsity }) =>
    JSON.stringify([method, sparsity]),
  );
  const sizes = networks.map((network) => {
    const { method, sparsity, units, parameters, macs } = network;
    const mean = points.get(JSON.stringify([method, sparsity]))?.[0]?.recovered.mean ?? null;
    return {
      method,
      cells: [
        { text: percent(sparsity), value: sparsity },
        mean === null ? empty : { text: valueText(metric, mean), value: metric.scale * mean },
        { text: widths(network, "before"), value: units.before },
        { text: widths(network, "mean"), value: units.mean },
        amount(parameters.mean),
        factor(parameters),
        amount((4 * parameters.mean) / 1024, 1),
        amount(macs.mean),
        factor(macs),
      ],
    };
  });
  const byLayer = networks.flatMap(({ method, sparsity, layers: of }) =>
    of.map(({ layer, units, parameters, macs }, i) => ({
      method,
      cells: [
        { text: percent(sparsity), value: sparsity },
        { text: layer, value: i },
        amount(units.before),
        amount(units.mean, Number.isInteger(units.mean) ? 0 : 1),
        { text: range(units), value: units.most - units.least },
        amount(parameters.before),
        amount(parameters.mean),
        amount(macs.before),
        amount(macs.mean),
      ],
    })),
  );
  return html`${sortable(
    "Size of what is left, by method and sparsity",
    [
      "Pruned",
      columnHeading(heading(metric), metric),
      "Units before",
      "Units left",
      "Parameters",
      "Smaller",
      "KiB",
      "MACs",
      "Less work",
    ],
    sizes,
    shown,
  )}
<p class="explanation">Means over the seeds. Units: the neurons or filters of each layer. KiB: all parameters as 32-bit values. What was pruned within the units that are left is 0 still.</p>
<details><summary>Layer by layer</summary>${sortable(
    "What is left of each layer, by method and sparsity",
    [
      "Pruned",
      "Layer",
      "Units before",
      "Units left",
      "By seed",
      "Parameters before",
      "Parameters left",
      "MACs before",
      "MACs left",
    ],
    byLayer,
    shown,
  )}</details>`;
}

/** `161-64-10` */
function widths({ layers }: ShrunkNetwork, of: "before" | "mean"): string {
  return layers.map(({ units }) => Math.round(units[of])).join("-");
}

function range({ least, most }: Left): string {
  return least === most ? whole(least) : `${whole(least)} to ${whole(most)}`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** `2.1x` */
function times({ before, mean }: Left): string {
  return `${(before / mean).toFixed(1)}x`;
}

function factor(left: Left): Cell {
  return { text: times(left), value: left.before / left.mean };
}

function amount(value: number, decimals = 0): Cell {
  return {
    text: value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }),
    value,
  };
}
