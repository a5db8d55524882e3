import type { TopLevelSpec } from "vega-lite";
import { recovers } from "../analysis/recovers.ts";
import type { TensorSnapshot } from "../experiment/weights-snapshot.ts";
import { unpackCounts } from "../foundations/packed.ts";
import type { Chart, ChartData } from "./chart.ts";
import { inPairs } from "./parts/bins.ts";
import { type Frame, isPrinted, plotSize, screen } from "./parts/frame.ts";
import { layerNames } from "./parts/layer-names.ts";
import { methodColors, methodsIn } from "./parts/palette.ts";
import { MOST_TENSORS, sharedLimit, shownWeights, type WeightsRow } from "./parts/shown-weights.ts";
import { config, ink, schema } from "./parts/theme.ts";
import { count, lines, markLabel, recoveryNoun, subject } from "./parts/titles.ts";

/** Of a transformer, whose blocks have six linear layers, a row a block. */
const COLUMNS = 6;

export const layerHistogramsChart: Chart = {
  name: "layer-histograms",
  summary:
    "The weights of every layer of a deep network, before pruning and after it: `evaluate: { weights: true }`.",
  caption:
    "Grey is before pruning. Weights that are exactly 0 are not drawn, since their bar would be far higher than all others.",

  draw: layerHistograms,
};

/**
 * Histograms of the weights of all layers, a small panel each: before pruning, and after it by each method and recovery.
 * Undefined where the study does not ask for it, or weight-histograms shows all layers.
 */
export function layerHistograms(
  {
    results,
    snapshots,
    evaluation,
    labels,
  }: Pick<ChartData, "results" | "snapshots" | "evaluation" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  // 1. The bins of each panel.
  const shown = shownWeights(snapshots);
  if (shown === undefined || !evaluation?.weights.length) return undefined;
  const tensors = shown.before.whole.tensors.map(({ name }) => name);
  if (tensors.length <= MOST_TENSORS) return undefined;
  const names = layerNames(tensors.map((name) => name.replace(/\.weight$/, "")));
  const panelOf = (tensor: string) => {
    const name = tensor.replace(/\.weight$/, "");
    return names.get(name) ?? name;
  };
  const rows = [shown.before, ...shown.after];
  const limit = sharedLimit(rows.flatMap(({ whole }) => whole.tensors.map((tensor) => tensor.limit)));
  const data = rows.flatMap((row) =>
    row.whole.tensors.flatMap((tensor) => histogramOf(row, tensor, panelOf(tensor.name))),
  );

  // 2. Where they are drawn.
  const states = rows.map(({ name }) => name);
  const colors = methodColors(methodsIn(results), labels);
  const trained = recovers(results) ? ` and ${recoveryNoun(results)}` : "";
  const { width, height } = plotSize(frame, 130, 60, 0.5);
  return {
    $schema: schema,
    config,
    title: {
      text: `Weights of every layer before pruning, and after pruning ${shown.sparsity}${trained}: ${subject(results)}`,
      subtitle: lines([
        `${count(tensors.length, "layer")}, 50 bins of the weights that are not 0, seed ${shown.seed}; each panel to its own height`,
        ...(limit === undefined ? ["Each panel over a range of its own"] : []),
      ]),
    },
    data: { values: data },
    facet: {
      field: "panel",
      type: "nominal",
      sort: tensors.map(panelOf),
      header: { title: null, labelFontSize: 10 },
    },
    columns: isPrinted(frame) ? COLUMNS / 2 : COLUMNS,
    spacing: { row: 14, column: 14 },
    resolve: { scale: { y: "independent", ...(limit === undefined ? { x: "independent" as const } : {}) } },
    spec: {
      width,
      height,
      mark: { type: "area", interpolate: "step-after", opacity: 0.6 },
      encoding: {
        x: {
          field: "value",
          type: "quantitative",
          scale: { nice: false, zero: false, ...(limit === undefined ? {} : { domain: [-limit, limit] }) },
          axis: { title: isPrinted(frame) ? "Weight" : null, grid: false, tickCount: 3, labelFontSize: 10 },
        },
        y: { field: "count", type: "quantitative", stack: null, axis: null },
        color: {
          field: "state",
          type: "nominal",
          scale: { domain: states, range: states.map((name) => colors.get(name) ?? ink.pruned) },
          legend: { title: null, orient: "top", symbolType: "square", symbolSize: 100 },
        },
        description: { field: "label" },
      },
    },
  };
}

/** The bars of a layer in one state, as the steps of an area. */
function histogramOf(
  { name, method }: WeightsRow,
  { limit, histogram, nonzero }: TensorSnapshot,
  panel: string,
) {
  const counts = inPairs(unpackCounts(histogram));
  const text = `${panel}, ${count(nonzero, "weight")} not 0`;
  const label = method === undefined ? `${name}: ${text}` : markLabel(method, text);
  const step = (2 * limit) / counts.length;
  // The right edge of the last bin closes the area.
  return [...counts, 0].map((each, bin) => ({
    panel,
    state: name,
    value: Number((bin * step - limit).toPrecision(4)),
    count: each,
    label,
  }));
}
