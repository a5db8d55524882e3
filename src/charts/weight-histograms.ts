import type { TopLevelSpec } from "vega-lite";
import { recovers } from "../analysis/recovers.ts";
import { HISTOGRAM_BINS, NEAR_ZERO } from "../experiment/weights-snapshot.ts";
import { groupBy } from "../foundations/group-by.ts";
import { unpackCounts } from "../foundations/packed.ts";
import { sizeOf } from "../network/shapes.ts";
import type { Chart, ChartData } from "./chart.ts";
import { type Frame, plotSize, screen } from "./parts/frame.ts";
import { methodColors, methodsIn } from "./parts/palette.ts";
import { share, sharedLimit, shownWeights } from "./parts/shown-weights.ts";
import { config, ink, schema } from "./parts/theme.ts";
import { lines, markLabel, recoveryNoun, subject } from "./parts/titles.ts";

export const weightHistogramsChart: Chart = {
  name: "weight-histograms",
  summary: "The weights of each layer, before pruning and after it by each method and recovery.",
  caption:
    "Magnitude pruning removes the smallest weights, which leaves a gap in the middle; training afterwards moves the " +
    "others. Weights that are exactly 0 are not drawn, since their bar would be far higher than all others: the text " +
    "over each panel says how many there are.",

  draw: weightHistograms,
};

/**
 * Histograms of the weights of each layer: before pruning, and after pruning by each method and recovery, a row
 * of panels each, with the share of weights near zero. Zeros are counted in words only: they would dwarf the
 * rest. Undefined when nothing is pruned.
 */
export function weightHistograms(
  { results, snapshots, labels }: Pick<ChartData, "results" | "snapshots" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  const shown = shownWeights(snapshots);
  if (shown === undefined) return undefined;
  const rows = [shown.before, ...shown.after];
  const trained = recovers(results) ? ` and ${recoveryNoun(results)}` : "";
  const colors = methodColors(methodsIn(results), labels);
  const byName = groupBy(
    rows.flatMap(({ tensors }) => tensors),
    ({ name }) => name,
  );
  const limits = new Map(
    [...byName].map(([name, tensors]) => [name, sharedLimit(tensors.map(({ limit }) => limit))]),
  );
  const ownRanges = [...limits.values()].includes(undefined);
  const { width } = plotSize(frame, 230, 0, 0.85);
  const height = 86;

  const panels = rows.flatMap((row, rowIndex) =>
    row.tensors.map((tensor) => {
      const shared = limits.get(tensor.name);
      const limit = shared ?? (tensor.limit || 1);
      const labelled = shared === undefined || rowIndex === rows.length - 1;
      const counts = unpackCounts(tensor.histogram);
      const size = sizeOf(tensor.shape);
      const step = (2 * tensor.limit) / HISTOGRAM_BINS;
      const most = Math.max(1, ...counts);
      const text = [
        ...(tensor.nonzero < size ? [`${share(size - tensor.nonzero, size)} exactly 0`] : []),
        `${share(tensor.nearZero, size)} within ±${NEAR_ZERO}`,
      ];
      const name = shown.tensorNames.get(tensor.name) ?? tensor.name;
      const label = `${name}, ${text.join(", ")}, ${size.toLocaleString("en-US")} weights`;
      const described = row.method === undefined ? `${row.name}: ${label}` : markLabel(row.method, label);
      // Bars without gaps, as an area of steps; the last bin's right edge closes it.
      const bars = [...counts, 0].map((count, bin) => ({
        value: Number((bin * step - tensor.limit).toPrecision(4)),
        count,
      }));
      const color = colors.get(row.name) ?? ink.muted;
      return {
        width,
        height,
        ...(rowIndex === 0
          ? { title: { text: name, fontSize: 13, anchor: "middle" as const, offset: 8 } }
          : {}),
        data: { values: bars },
        encoding: {
          x: {
            field: "value",
            type: "quantitative" as const,
            scale: { domain: [-limit, limit], nice: false },
            axis: {
              title: null,
              grid: false,
              tickCount: 5,
              labels: labelled,
              ticks: labelled,
            },
          },
          y: {
            field: "count",
            type: "quantitative" as const,
            stack: null,
            scale: { domain: [0, most] },
            axis: null,
          },
          description: { value: described },
        },
        layer: [
          { mark: { type: "area" as const, interpolate: "step-after" as const, color, opacity: 0.8 } },
          {
            mark: { type: "rule" as const, color: ink.text, strokeWidth: 0.8, strokeDash: [3, 2] },
            data: { values: [{ value: 0 }] },
            encoding: { y: { value: 0 }, y2: { value: height } },
          },
          {
            mark: {
              type: "text" as const,
              align: "right" as const,
              baseline: "bottom" as const,
              fontSize: 11,
            },
            data: { values: [{ text: text.join(", ") }] },
            encoding: {
              x: { value: width },
              y: { value: -3 },
              text: { field: "text" },
              color: { value: ink.text },
            },
          },
          ...(tensor === row.tensors[0]
            ? [
                {
                  mark: { type: "text" as const, align: "right" as const, fontSize: 13 },
                  data: { values: [{ text: row.name }] },
                  encoding: {
                    x: { value: -14 },
                    y: { value: height / 2 },
                    text: { field: "text" },
                    color: { value: ink.text },
                  },
                },
              ]
            : []),
        ],
      };
    }),
  );
  return {
    $schema: schema,
    config,
    title: {
      text: `Weights before pruning, and after pruning ${shown.sparsity}${trained}: ${subject(results)}`,
      subtitle: lines([
        `Histogram of the weights that are not 0, seed ${shown.seed}; each panel to its own height`,
        ...(ownRanges ? ["Where weights are of different sizes, each panel over a range of its own"] : []),
      ]),
    },
    columns: shown.before.tensors.length,
    spacing: { row: ownRanges ? 22 : 14, column: 28 },
    concat: panels,
  };
}
