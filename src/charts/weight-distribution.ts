import type { TopLevelSpec } from "vega-lite";
import { recovers } from "../analysis/recovers.ts";
import { greatestOf } from "../foundations/extremes.ts";
import { unpackCounts } from "../foundations/packed.ts";
import type { Chart, ChartData } from "./chart.ts";
import { inPairs } from "./parts/bins.ts";
import { type Frame, isPrinted, plotSize, screen } from "./parts/frame.ts";
import { methodColors, methodsIn } from "./parts/palette.ts";
import { share, sharedLimit, shownWeights, type WeightsRow } from "./parts/shown-weights.ts";
import { config, facetColumns, ink, schema } from "./parts/theme.ts";
import { count, markLabel, recoveryNoun, subject } from "./parts/titles.ts";

/** Counts are drawn from here: a bin with one weight is a bar. */
const FLOOR = 0.6;

export const weightDistributionChart: Chart = {
  name: "weight-distribution",
  summary:
    "All prunable weights together in 50 bins, before pruning and after it, with the weights that are 0.",
  caption:
    "The scale of the counts is logarithmic: the grey bar, the weights that are exactly 0, would dwarf all others. Pruning " +
    "by magnitude leaves a gap beside it.",

  draw: weightDistribution,
};

/**
 * A histogram of all prunable weights: before pruning, and after it by each method and recovery, a panel each; the weights
 * that are 0 as a bar of their own. Undefined when nothing is pruned.
 */
export function weightDistribution(
  { results, snapshots, labels }: Pick<ChartData, "results" | "snapshots" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  // 1. The bins of each panel.
  const shown = shownWeights(snapshots);
  if (shown === undefined) return undefined;
  const rows = [shown.before, ...shown.after];
  const limit = sharedLimit(rows.map(({ whole }) => whole.together.limit));
  const data = rows.flatMap(histogramOf);

  // 2. Where they are drawn.
  const trained = recovers(results) ? ` and ${recoveryNoun(results)}` : "";
  const names = rows.map(({ name }) => name);
  const colors = methodColors(methodsIn(results), labels);
  const { width, height } = plotSize(frame, 230, 120, 0.7);
  const most = greatestOf(data.map((each) => each.count ?? 0));
  const powers = Array.from({ length: Math.ceil(Math.log10(most)) + 1 }, (_, i) => 10 ** i);
  const floor = { datum: FLOOR };
  return {
    $schema: schema,
    config,
    title: {
      text: `All weights before pruning, and after pruning ${shown.sparsity}${trained}: ${subject(results)}`,
      subtitle: [
        `${count(shown.before.whole.together.size, "weight")} in 50 bins, log scale of the counts, seed ${shown.seed}; grey: exactly 0`,
        ...(limit === undefined ? ["Each panel over a range of its own"] : []),
      ],
    },
    data: { values: data },
    facet: { field: "panel", type: "nominal", sort: names, header: { title: null } },
    columns: facetColumns(rows.length, frame),
    spacing: { row: 22, column: 24 },
    ...(limit === undefined ? { resolve: { scale: { x: "independent" as const } } } : {}),
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
        y: {
          field: "count",
          type: "quantitative",
          scale: { type: "log", domain: [FLOOR, 2 * most], nice: false },
          axis: {
            title: isPrinted(frame) ? "Weights" : null,
            values: powers,
            format: "~s",
            labelOverlap: "greedy",
          },
        },
        description: { field: "label" },
      },
      layer: [
        {
          transform: [{ filter: "datum.zeros === true" }],
          mark: { type: "bar", size: width / 50, color: ink.pruned },
          encoding: { y2: floor },
        },
        {
          transform: [{ filter: "datum.zeros === false" }],
          mark: { type: "area", interpolate: "step-after", opacity: 0.8 },
          encoding: {
            y2: floor,
            fill: {
              field: "panel",
              type: "nominal",
              scale: { domain: names, range: names.map((name) => colors.get(name) ?? ink.muted) },
              legend: null,
            },
          },
        },
        {
          data: { values: [{ value: 0 }] },
          mark: { type: "rule", color: ink.text, strokeWidth: 0.8, strokeDash: [3, 2] },
          encoding: { y: { value: 0 }, y2: { value: height }, description: { value: "0" } },
        },
        {
          transform: [{ filter: "datum.zeros === true" }],
          mark: { type: "text", align: "right", baseline: "top", fontSize: 11, color: ink.text },
          encoding: { x: { value: width - 2 }, y: { value: 2 }, text: { field: "text" } },
        },
      ],
    },
  };
}

/** The bars of a row, as the steps of an area, and the zeros. */
function histogramOf({ name, method, whole: { together } }: WeightsRow) {
  const { limit, nonzero, size } = together;
  const counts = inPairs(unpackCounts(together.histogram));
  const zeros = size - nonzero;
  const text = zeros === 0 ? "none is 0" : `${share(zeros, size)} exactly 0`;
  const label = method === undefined ? `${name}: ${text}` : markLabel(method, text);
  const step = (2 * limit) / counts.length;
  // The right edge of the last bin closes the area.
  const bins = [...counts, 0].map((each, bin) => ({
    panel: name,
    zeros: false,
    value: Number((bin * step - limit).toPrecision(4)),
    count: Math.max(each, FLOOR),
    label,
  }));
  return [
    ...(limit > 0 ? bins : []),
    { panel: name, zeros: true, value: 0, count: zeros === 0 ? null : zeros, text, label },
  ];
}
