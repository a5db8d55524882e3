import type { TopLevelSpec } from "vega-lite";
import { type Left, type ShrunkLayer, shownShrunk, shrunkNetworks } from "../analysis/shrunk-networks.ts";
import { greatestOf } from "../foundations/extremes.ts";
import { groupBy } from "../foundations/group-by.ts";
import { primaryMetric } from "../metrics/registry.ts";
import { differenceText, heading, measured } from "../metrics/words.ts";
import type { Chart, ChartData } from "./chart.ts";
import { type Frame, plotSize, screen } from "./parts/frame.ts";
import { methodColorScale, methodsIn } from "./parts/palette.ts";
import { config, facetColumns, ink, schema } from "./parts/theme.ts";
import { basis, count, markLabel, percent, subject } from "./parts/titles.ts";

/** Of a network with more layers the first and the last half of this many. */
const MOST_LAYERS = 16;
/** Room right of the bars for their figures, in widths of the widest. */
const FIGURES = 0.5;
/** From one line of text above the bars to the next, in pixels. */
const LINE = 16;

export const shrunkNetworkChart: Chart = {
  name: "shrunk-network",
  summary: "What is left of each layer without dead and constant units, widths to scale, a panel a method.",
  caption: (metric) =>
    "Widths are to scale. Each method at its largest " +
    `sparsity up to which the mean stays within ${differenceText(metric, metric.difference.margin)} of the dense control; ` +
    "where units go only beyond it, or without a dense control, at the first sparsity at which they do.",

  draw: shrunkNetwork,
};

/**
 * The neurons or filters of every layer, before pruning and in the smaller dense network that is left, as bars of one
 * scale: the mean over the seeds, a panel for each method that leaves fewer. Undefined where none does, or the study did not ask.
 */
export function shrunkNetwork(
  { results, layers, labels }: Pick<ChartData, "results" | "layers" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  // 1. One network a method.
  const metric = primaryMetric(results);
  const networks = shrunkNetworks(layers);
  const shown = shownShrunk(results, metric).flatMap(({ point }) => {
    const network = networks.find(
      ({ method, sparsity }) => method === point.method && sparsity === point.sparsity,
    );
    return network === undefined ? [] : [{ point, network }];
  });
  if (shown.length === 0) return undefined;
  const all = [...new Set(shown.flatMap(({ network }) => network.layers.map(({ layer }) => layer)))];
  const half = MOST_LAYERS / 2;
  const names = all.length <= MOST_LAYERS ? all : [...all.slice(0, half), ...all.slice(-half)];

  // 2. Bars around 0, the widest of each kind as wide as 1, and what stands beside them.
  const byKind = groupBy(
    shown.flatMap(({ network }) => network.layers),
    ({ kind }) => kind,
  );
  const widest = new Map(
    [...byKind].map(([kind, of]) => [kind, greatestOf(of.map(({ units }) => units.before))]),
  );
  const bars = shown.flatMap(({ point, network: { method, sparsity, parameters, layers: of } }) => {
    const { mean } = point.recovered;
    const drawn = of.filter(({ layer }) => names.includes(layer));
    return drawn.map((layer, i) => ({
      method,
      sparsity,
      layer: layer.layer,
      kind: layer.kind,
      before: layer.units.before,
      left: layer.units.mean,
      ...ends("outline_x", layer.units.before / (widest.get(layer.kind) ?? 1)),
      ...ends("x", layer.units.mean / (widest.get(layer.kind) ?? 1)),
      text: outOf(layer.units),
      of: markLabel(method, ""),
      label: markLabel(method, `${percent(sparsity)} pruned, ${layerText(layer)}`),
      // Once a panel.
      ...(i > 0
        ? {}
        : {
            measure: `${percent(sparsity)} pruned, ${mean === null ? "diverged" : `${metric.noun} ${measured(metric, mean, "coarse")}`}`,
            size: `${outOf(parameters)} parameters`,
          }),
    }));
  });
  const methods = shown.map(({ network }) => network.method);
  const { width } = plotSize(frame, 230, 0, 0.8);
  const scale = { domain: [-0.5, 0.5 + FIGURES], nice: false, zero: false };
  const bar = (x: string) =>
    ({
      x: { field: x, type: "quantitative", scale, axis: null },
      x2: { field: `${x}2` },
    }) as const;
  const line = (field: string, y: number) => ({
    transform: [{ filter: `isValid(datum.${field})` }],
    mark: { type: "text" as const, align: "left" as const, fontSize: 11, color: ink.muted },
    encoding: { x: { value: 0 }, y: { value: y }, text: { field }, description: { field: "label" } },
  });
  return {
    $schema: schema,
    config,
    title: {
      text: `What is left as a smaller dense network: ${subject(results)}`,
      subtitle: [
        `${heading({ noun: [...byKind.keys()].join(" and ") })} of each layer${byKind.size > 1 ? ", each kind" : ""} to scale: before pruning in outline, those left filled`,
        ...(names.length < all.length
          ? [`The first and the last ${half} of ${count(all.length, "layer")}`]
          : []),
        ...basis(results, { bands: false, crosses: false }),
      ],
    },
    data: { values: bars },
    facet: {
      field: "method",
      type: "nominal",
      sort: methods,
      header: { title: null, labelAnchor: "start" },
    },
    columns: facetColumns(methods.length, frame),
    spacing: { row: 26, column: 30 },
    spec: {
      width,
      height: 24 * names.length,
      encoding: {
        y: {
          field: "layer",
          type: "nominal",
          sort: names,
          axis: { title: null, grid: false, labelLimit: 160 },
        },
      },
      layer: [
        {
          mark: { type: "rect", height: { band: 0.7 }, opacity: 0.85 },
          encoding: {
            ...bar("x"),
            color: {
              field: "method",
              type: "nominal",
              scale: methodColorScale(methodsIn(results), labels),
              legend: null,
            },
            // What a bar says, its outline does: one tooltip for both.
            description: { field: "of" },
          },
        },
        {
          mark: {
            type: "rect",
            height: { band: 0.7 },
            fill: "transparent",
            stroke: ink.muted,
            strokeWidth: 1,
          },
          encoding: { ...bar("outline_x"), description: { field: "label" } },
        },
        {
          mark: { type: "text", align: "right", baseline: "middle", fontSize: 11, color: ink.text },
          encoding: {
            x: { value: width },
            text: { field: "text" },
            description: { field: "label" },
          },
        },
        line("measure", -LINE - 6),
        line("size", -6),
      ],
    },
  };
}

/** Where a bar of this width around 0 begins and ends. */
function ends(x: string, width: number) {
  return { [x]: -width / 2, [`${x}2`]: width / 2 };
}

/** `161 of 300`, or `10` where nothing is gone. */
function outOf({ mean, before }: Left): string {
  const whole = before.toLocaleString("en-US");
  return mean === before ? whole : `${Math.round(mean).toLocaleString("en-US")} of ${whole}`;
}

function layerText({ layer, kind, units, parameters, macs }: ShrunkLayer): string {
  const range = units.least === units.most ? "" : ` (${units.least} to ${units.most} by seed)`;
  return `${outOf(units)} ${kind} of ${layer} left${range}, ${outOf(parameters)} parameters, ${outOf(macs)} MACs`;
}
