import type { TopLevelSpec } from "vega-lite";
import { meanInterval } from "../analysis/statistics/mean-interval.ts";
import { groupBy } from "../foundations/group-by.ts";
import type { LayerRow } from "../recording/rows.ts";
import type { Chart, ChartData } from "./chart.ts";
import { type Frame, isPrinted, plotSize, screen } from "./parts/frame.ts";
import { layerNames, multipliedLayers } from "./parts/layer-names.ts";
import { methodColorScale, methodsIn } from "./parts/palette.ts";
import { atShownSparsity, share } from "./parts/shown-weights.ts";
import { config, facetColumns, ink, schema } from "./parts/theme.ts";
import { count, markLabel, percent, subject } from "./parts/titles.ts";

/** Of a network with more tensors the first and the last half of this many. */
const MOST_TENSORS = 16;

export const sparsityBarsChart: Chart = {
  name: "sparsity-bars",
  summary: "The share of each tensor that is pruned, in figures, a panel a method.",
  caption: "The rule is the share pruned of all these tensors together.",

  draw: sparsityBars,
};

/**
 * The sparsity of every tensor as a labelled bar, a panel a method, each at its target sparsity nearest to 90%: the mean
 * over the seeds. Undefined when nothing is pruned.
 */
export function sparsityBars(
  { results, layers, labels }: Pick<ChartData, "results" | "layers" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  // 1. The mean over the seeds, of tensors that any method prunes: all weights, and biases on request.
  const present = atShownSparsity(layers);
  const weights = multipliedLayers(layers);
  const isWeight = (row: LayerRow) => row.parameter === `${row.layer}.weight` && weights.has(row.layer);
  const onlyWeights = present.every((row) => isWeight(row) || row.sparsity === 0);
  const rows = onlyWeights ? present.filter(isWeight) : present;
  if (rows.length === 0) return undefined;
  const ownName = (row: LayerRow) => (onlyWeights ? row.layer : row.parameter);
  const names = layerNames([...new Set(rows.map(ownName))]);
  const nameOf = (row: LayerRow) => names.get(ownName(row)) ?? ownName(row);
  const all = [...new Set(rows.map(nameOf))];
  const half = MOST_TENSORS / 2;
  const tensors = all.length <= MOST_TENSORS ? all : [...all.slice(0, half), ...all.slice(-half)];
  const panels = [...groupBy(rows, (row) => row.method)].map(([method, of]) => {
    const target = of[0]?.target_sparsity ?? 0;
    const size = sum(of, (row) => row.weights);
    return { method, target, of, whole: sum(of, (row) => row.weights - row.nonzero) / size };
  });
  const targets = [...new Set(panels.map(({ target }) => target))];
  const title = (method: string, target: number) =>
    targets.length === 1 ? method : `${method}, ${percent(Number(target.toPrecision(4)))}`;
  const bars = panels.flatMap(({ method, target, of, whole }) =>
    [...groupBy(of, nameOf)].flatMap(([tensor, seeds]) => {
      const { mean } = meanInterval(seeds.map((row) => row.sparsity));
      if (mean === null || !tensors.includes(tensor)) return [];
      const text = share(mean, 1);
      const label = markLabel(method, `${text} of ${tensor} pruned`);
      return [{ panel: title(method, target), method, tensor, sparsity: mean, whole, text, label }];
    }),
  );

  // 2. Where they are drawn.
  const seeds = new Set(rows.map((row) => row.seed)).size;
  const { width } = plotSize(frame, 200, 0, 0.7);
  return {
    $schema: schema,
    config,
    title: {
      text: `Sparsity by ${onlyWeights ? "layer" : "tensor"}${targets.length === 1 ? ` at ${percent(targets[0] ?? 0)} sparsity` : ""}: ${subject(results)}`,
      subtitle: [
        `Share of the values that is pruned, ${seeds === 1 ? "one seed" : `mean of ${count(seeds, "seed")}`}; rule: all of them together`,
        ...(tensors.length < all.length
          ? [`The first and the last ${half} of ${count(all.length, "tensor")}`]
          : []),
      ],
    },
    data: { values: bars },
    facet: {
      field: "panel",
      type: "nominal",
      sort: panels.map(({ method, target }) => title(method, target)),
      header: { title: null },
    },
    columns: facetColumns(panels.length, frame),
    spacing: { row: 22, column: 30 },
    spec: {
      width,
      height: 22 * tensors.length,
      encoding: {
        y: {
          field: "tensor",
          type: "nominal",
          sort: tensors,
          axis: { title: null, grid: false, labelLimit: 180 },
        },
        description: { field: "label" },
      },
      layer: [
        {
          mark: { type: "bar", height: { band: 0.7 }, opacity: 0.85 },
          encoding: {
            x: {
              field: "sparsity",
              type: "quantitative",
              // Room for the figures behind bars of 100%.
              scale: { domain: [0, 1.3], nice: false },
              axis: {
                title: isPrinted(frame) ? "Pruned" : null,
                format: "%",
                values: [0, 0.5, 1],
              },
            },
            color: {
              field: "method",
              type: "nominal",
              scale: methodColorScale(methodsIn(results), labels),
              legend: null,
            },
          },
        },
        {
          mark: { type: "rule", color: ink.text, strokeWidth: 1, strokeDash: [3, 2] },
          encoding: {
            x: { aggregate: "max", field: "whole", type: "quantitative" },
            y: { value: 0 },
            y2: { value: "height" },
            description: { value: "all of them together" },
          },
        },
        {
          mark: { type: "text", align: "right", baseline: "middle", fontSize: 11, color: ink.text },
          encoding: { x: { value: width }, text: { field: "text" } },
        },
      ],
    },
  };
}

function sum(rows: readonly LayerRow[], of: (row: LayerRow) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}
