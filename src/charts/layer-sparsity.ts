import type { TopLevelSpec } from "vega-lite";
import { meanInterval } from "../analysis/statistics/mean-interval.ts";
import { groupBy } from "../foundations/group-by.ts";
import type { LayerRow } from "../recording/rows.ts";
import type { Chart, ChartData } from "./chart.ts";
import { type Frame, isPrinted, plotSize, screen } from "./parts/frame.ts";
import { layerNames, multipliedLayers } from "./parts/layer-names.ts";
import { methodChannels } from "./parts/palette.ts";
import { prunedChannel } from "./parts/scales.ts";
import { config, facetColumns, ink, methodLegend, schema } from "./parts/theme.ts";
import { count, subject } from "./parts/titles.ts";

/** Sparsities labelled where they are in range; the kept fractions 1, 0.5, 0.2, 0.1, 0.05, ... */
const ticks = [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9999, 0.99999, 1];

export const layerSparsityChart: Chart = {
  name: "layer-sparsity",
  mostSparsities: 24,
  summary: "How each method spreads the pruned weights over the layers, a panel a sparsity.",
  caption:
    "The vertical rule is the share pruned of the whole network: a layer to the left of it keeps more of its weights than " +
    "the network as a whole, a layer to the right of it keeps less.",

  draw: layerSparsity,
};

/**
 * How each method spreads the pruned weights over the layers: the sparsity of every tensor, the mean over the
 * seeds, a panel for each target sparsity above 0. Undefined when nothing is pruned.
 */
export function layerSparsity(
  { results, layers, labels }: Pick<ChartData, "results" | "layers" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  // 1. Points: the mean over the seeds.
  const present = layers.filter((row) => row.target_sparsity > 0);
  // Biases are pruned on request only; unpruned ones would fill half of the chart with zeros.
  const weights = multipliedLayers(layers);
  const isWeight = (row: LayerRow) => row.parameter === `${row.layer}.weight` && weights.has(row.layer);
  const onlyWeights = present.every((row) => isWeight(row) || row.sparsity === 0);
  const rows = onlyWeights ? present.filter(isWeight) : present;
  if (rows.length === 0) return undefined;
  const ownName = (row: LayerRow) => (onlyWeights ? row.layer : row.parameter);
  const names = layerNames([...new Set(rows.map(ownName))]);
  const nameOf = (row: LayerRow) => names.get(ownName(row)) ?? ownName(row);
  const cells = groupBy(rows, (row) => JSON.stringify([row.method, row.target_sparsity, row.parameter]));
  const points = [...cells.values()].flatMap((seeds) => {
    const [first] = seeds;
    const { mean } = meanInterval(seeds.map((row) => row.sparsity));
    if (first === undefined || mean === null) return [];
    return [{ method: first.method, target: first.target_sparsity, tensor: nameOf(first), sparsity: mean }];
  });

  // 2. Where they are drawn.
  const methods = [...new Set(points.map(({ method }) => method))];
  const tensors = [...new Set(points.map(({ tensor }) => tensor))];
  const targets = [...new Set(points.map(({ target }) => target))];
  const x = prunedChannel([0, ...targets, ...points.map(({ sparsity }) => sparsity)], {
    ticks,
    labels,
    frame,
  });
  const seeds = new Set(rows.map((row) => row.seed)).size;
  const rowHeight = Math.max(24, 8 * methods.length + 10);
  return {
    $schema: schema,
    config,
    title: {
      text: `Sparsity by layer: ${subject(results)}`,
      subtitle: `${x.axis.title}; ${seeds === 1 ? "one seed" : `mean of ${count(seeds, "seed")}`}; rule: all layers together`,
    },
    data: {
      values: points.map((point) => ({
        ...point,
        x: x.position(point.sparsity),
        target_x: x.position(point.target),
      })),
    },
    facet: {
      field: "target",
      type: "ordinal",
      header: { title: null, labelExpr: "format(100 * datum.value, '.6~r') + '% pruned'" },
    },
    columns: facetColumns(targets.length, frame),
    spacing: 24,
    resolve: { axis: { x: "independent" } },
    spec: {
      width: plotSize(frame, 220, 0).width,
      height: rowHeight * tensors.length,
      encoding: {
        y: {
          field: "tensor",
          type: "nominal",
          sort: tensors,
          axis: { title: null, grid: true, tickBand: "extent" },
        },
      },
      layer: [
        {
          mark: { type: "rule", color: ink.muted, strokeWidth: 1 },
          encoding: {
            y: { value: 0 },
            y2: { value: "height" },
            x: { aggregate: "max", field: "target_x", type: "quantitative" },
          },
        },
        {
          mark: { type: "point", filled: true, opacity: 1, size: 46 },
          encoding: {
            x: {
              field: "x",
              type: "quantitative",
              scale: x.scale,
              axis: { ...x.axis, ...(isPrinted(frame) ? {} : { title: null }) },
            },
            yOffset: { field: "method", type: "nominal", sort: methods },
            ...methodChannels(methods, { labels, legend: methodLegend(methods, frame) }),
          },
        },
      ],
    },
  };
}
