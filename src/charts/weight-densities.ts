import type { TopLevelSpec } from "vega-lite";
import { recovers } from "../analysis/recovers.ts";
import type { TensorSnapshot } from "../experiment/weights-snapshot.ts";
import { greatestOf } from "../foundations/extremes.ts";
import { unpackCounts } from "../foundations/packed.ts";
import { sizeOf } from "../network/shapes.ts";
import type { Chart, ChartData } from "./chart.ts";
import { rebinned } from "./parts/bins.ts";
import { type Frame, isPrinted, plotSize, screen } from "./parts/frame.ts";
import { layerStyles } from "./parts/palette.ts";
import { share, sharedLimit, shownWeights, type WeightsRow } from "./parts/shown-weights.ts";
import { config, facetColumns, ink, methodLegend, schema } from "./parts/theme.ts";
import { markLabel, recoveryNoun, subject } from "./parts/titles.ts";

const BINS = 30;

export const weightDensitiesChart: Chart = {
  name: "weight-densities",
  summary:
    "How the weights of the layers are spread, one over the other: densities in 30 bins, before and after.",
  caption:
    "Of the weights that are not 0. Every line has the same area below it, however many weights its layer has: a narrow " +
    "peak is a layer of small weights.",

  draw: weightDensities,
};

/**
 * The densities of the layers' weights that are not 0, as steps over each other: before pruning, and after it by each
 * method and recovery, a panel each. Undefined when nothing is pruned, and for a single layer.
 */
export function weightDensities(
  { results, snapshots }: Pick<ChartData, "results" | "snapshots">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  // 1. The steps of each panel.
  const shown = shownWeights(snapshots);
  if (shown === undefined) return undefined;
  const rows = [shown.before, ...shown.after].map(({ name, method, whole }) => ({
    name,
    method,
    // A handful of biases has no density to speak of.
    tensors: whole.tensors.filter((tensor) => layerOf(tensor) !== undefined),
  }));
  const layers = [...new Set(rows.flatMap(({ tensors }) => tensors.map((tensor) => layerOf(tensor) ?? "")))];
  if (layers.length < 2) return undefined;
  const limits = rows.map(({ tensors }) => greatestOf(tensors.map(({ limit }) => limit)));
  const limit = sharedLimit(limits);
  const data = rows.flatMap((row, i) => {
    const to = limit ?? limits[i] ?? 0;
    return to > 0 ? row.tensors.flatMap((tensor) => stepsOf(row, tensor, to)) : [];
  });
  if (data.length === 0) return undefined;

  // 2. Where they are drawn.
  const trained = recovers(results) ? ` and ${recoveryNoun(results)}` : "";
  const styles = layerStyles(layers.length);
  const { width, height } = plotSize(frame, 230, 120, 0.7);
  return {
    $schema: schema,
    config,
    title: {
      text: `Weights by layer before pruning, and after pruning ${shown.sparsity}${trained}: ${subject(results)}`,
      subtitle: [
        `Density of the weights that are not 0 in ${BINS} bins, seed ${shown.seed}; each panel to its own height`,
        ...(limit === undefined ? ["Each panel over a range of its own"] : []),
      ],
    },
    data: { values: data },
    facet: { field: "panel", type: "nominal", sort: rows.map(({ name }) => name), header: { title: null } },
    columns: facetColumns(rows.length, frame),
    spacing: { row: 22, column: 24 },
    resolve: { scale: { y: "independent", ...(limit === undefined ? { x: "independent" as const } : {}) } },
    spec: {
      width,
      height,
      encoding: {
        x: {
          field: "value",
          type: "quantitative",
          scale: { nice: false, zero: false, ...(limit === undefined ? {} : { domain: [-limit, limit] }) },
          axis: { title: isPrinted(frame) ? "Weight" : null, grid: false, tickCount: 4, labelFlush: false },
        },
        y: { field: "density", type: "quantitative", axis: null },
      },
      layer: [
        {
          data: { values: [{ value: 0 }] },
          mark: { type: "rule", color: ink.muted, strokeWidth: 0.8, strokeDash: [3, 2] },
          encoding: { y: { value: 0 }, y2: { value: height }, description: { value: "0" } },
        },
        {
          mark: { type: "line", interpolate: "step-after", strokeWidth: 1.6, strokeJoin: "miter" },
          encoding: {
            color: {
              field: "layer",
              type: "nominal",
              scale: { domain: layers, range: styles.map(({ color }) => color) },
              legend: { ...methodLegend(layers, frame), symbolType: "stroke", symbolSize: 500 },
            },
            strokeDash: {
              field: "layer",
              type: "nominal",
              scale: { domain: layers, range: styles.map(({ dash }) => [...dash]) },
            },
            description: { field: "label" },
          },
        },
      ],
    },
  };
}

/** The layer that a weight is of; undefined for a bias. */
function layerOf({ name }: TensorSnapshot): string | undefined {
  return name.endsWith(".weight") ? name.slice(0, -".weight".length) : undefined;
}

/** A layer's density over [-to, to], as the steps of a line; none where all its weights are 0. */
function stepsOf({ name, method }: Pick<WeightsRow, "name" | "method">, tensor: TensorSnapshot, to: number) {
  const counts = unpackCounts(tensor.histogram);
  const total = counts.reduce((sum, each) => sum + each, 0);
  if (total === 0) return [];
  const step = (2 * to) / BINS;
  const label = `${layerOf(tensor)}, ${share(sizeOf(tensor.shape) - tensor.nonzero, sizeOf(tensor.shape))} exactly 0`;
  // The right edge of the last bin closes the line.
  return [...rebinned(counts, { limit: tensor.limit, to, bins: BINS }), 0].map((each, bin) => ({
    panel: name,
    layer: layerOf(tensor),
    value: Number((bin * step - to).toPrecision(4)),
    density: Number((each / (total * step)).toPrecision(4)),
    label: method === undefined ? `${name}: ${label}` : markLabel(method, label),
  }));
}
