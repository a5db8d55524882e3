import type { TopLevelSpec } from "vega-lite";
import { greatestOf, leastOf } from "../foundations/extremes.ts";
import { unpackFloats } from "../foundations/packed.ts";
import { CONSTRUCTED } from "../pruning/method.ts";
import type { Chart, ChartData } from "./chart.ts";
import { type Frame, isPrinted, plotSize, screen } from "./parts/frame.ts";
import { methodColors, methodsIn } from "./parts/palette.ts";
import { logTicks } from "./parts/scales.ts";
import { shownWeights } from "./parts/shown-weights.ts";
import { config, ink, schema } from "./parts/theme.ts";
import { count, lines, markLabel, subject } from "./parts/titles.ts";

/** Magnitudes far below the largest are drawn at this fraction of it. */
const FLOOR = 1e-3;
/** Side of a dot, in pixels. */
const dot = 2;

export const weightMagnitudesChart: Chart = {
  name: "weight-magnitudes",
  summary:
    "Magnitude against flat position for a sample of the weights, kept ones in color, pruned ones grey.",
  caption:
    "Where grey (pruned) lies below color (kept) with a sharp border, all weights under a threshold went; where they mix, " +
    "the method did not choose by magnitude.",

  draw: weightMagnitudes,
};

/**
 * Magnitude against flat position for a sample of each layer's weights as they were before pruning: colored what
 * a method keeps, grey what it prunes. Shows the threshold of a magnitude method, and that others have none.
 * Undefined when nothing is pruned.
 */
export function weightMagnitudes(
  { results, snapshots, labels }: Pick<ChartData, "results" | "snapshots" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  // 1. The sampled weights as they were trained, and what became of them.
  const shown = shownWeights(snapshots);
  if (shown === undefined) return undefined;
  const methods = shown.after.map(({ name }) => name);
  const constructed = new Set(
    results.filter(({ allocation }) => allocation === CONSTRUCTED).map(({ method }) => method),
  );
  const before = new Map(shown.before.tensors.map((tensor) => [tensor.name, unpackFloats(tensor.sample)]));
  const largest = greatestOf([...before.values()].flat().filter(Number.isFinite).map(Math.abs));
  if (!(largest > 0)) return undefined;
  const samples = shown.after.flatMap(({ name: method, tensors }) =>
    tensors.map((tensor) => {
      const after = unpackFloats(tensor.sample);
      const name = shown.tensorNames.get(tensor.name) ?? tensor.name;
      // What is constructed was never among the weights as trained: it has magnitudes of its own.
      const isOwn = constructed.has(method);
      const values = isOwn ? after : (before.get(tensor.name) ?? []);
      const points = values.flatMap((value, i) =>
        Number.isFinite(value)
          ? [
              {
                position: i / values.length,
                magnitude: isOwn ? Math.abs(value) : Math.max(Math.abs(value), FLOOR * largest),
                kept: after[i] !== 0,
              },
            ]
          : [],
      );
      return { method, tensor: name, points };
    }),
  );

  const { width, height } = plotSize(frame, 220, 150, 0.7);

  // 2. Where they are drawn: the dots of a panel as one path, or a picture would hold thousands of elements.
  const { domain, values } = logTicks(
    samples.flatMap(({ points }) =>
      points.map(({ magnitude }) => magnitude).filter((magnitude) => magnitude > 0),
    ),
  );
  const [low, high] = domain;
  const pathOf = (points: readonly { position: number; magnitude: number }[]) =>
    points
      .filter(({ magnitude }) => magnitude > 0)
      .map(({ position, magnitude }) => {
        const x = (width * position - dot / 2).toFixed(1);
        const y = ((height * Math.log(high / magnitude)) / Math.log(high / low) - dot / 2).toFixed(1);
        return `M${x},${y}h${dot}v${dot}h-${dot}Z`;
      })
      .join("");
  const data = samples.flatMap(({ method, tensor, points }) =>
    [false, true].map((keeps) => {
      const part = points.filter(({ kept }) => kept === keeps);
      const magnitudes = part.map(({ magnitude }) => magnitude).filter((magnitude) => magnitude > 0);
      const range =
        magnitudes.length === 0
          ? ""
          : `, magnitudes ${leastOf(magnitudes).toPrecision(2)} to ${greatestOf(magnitudes).toPrecision(2)}`;
      const text = `${part.length} of ${points.length} sampled weights of ${tensor} ${keeps ? "kept" : "pruned"}${range}`;
      return { method, tensor, kept: keeps, path: pathOf(part) || "M0,0", label: markLabel(method, text) };
    }),
  );
  const colors = methodColors(methodsIn(results), labels);
  const most = greatestOf(samples.map(({ points }) => points.length));
  return {
    $schema: schema,
    config,
    title: {
      text: `Kept and pruned weights at ${shown.sparsity} sparsity: ${subject(results)}`,
      subtitle: lines([
        `Magnitude as trained, log scale, against flat position; ${count(most, "evenly spaced weight")} a layer, seed ${shown.seed}; grey: pruned`,
        ...(methods.some((method) => constructed.has(method))
          ? ["Of constructed networks the magnitudes of their own weights"]
          : []),
      ]),
    },
    data: { values: data },
    facet: {
      row: {
        field: "method",
        type: "nominal",
        sort: methods,
        header: { title: null, labelAngle: 0, labelAlign: "left", labelAnchor: "middle" },
      },
      column: {
        field: "tensor",
        type: "nominal",
        sort: [...shown.tensorNames.values()],
        header: { title: null },
      },
    },
    spacing: { row: 14, column: 18 },
    spec: {
      width,
      height,
      encoding: { description: { field: "label" } },
      layer: [
        {
          // Nothing is drawn: the axes.
          data: { values: [{ position: 0, magnitude: high }] },
          mark: { type: "point", opacity: 0, aria: false },
          encoding: {
            x: {
              field: "position",
              type: "quantitative",
              scale: { domain: [0, 1], nice: false },
              axis: { title: "Flat position in the layer", grid: false, tickCount: 2, format: "%" },
            },
            y: {
              field: "magnitude",
              type: "quantitative",
              scale: { type: "log", domain, nice: false },
              axis: {
                title: isPrinted(frame) ? "Magnitude" : null,
                values,
                format: "~g",
                labelOverlap: "greedy",
              },
            },
          },
        },
        {
          // A symbol's path is scaled by half the root of its size: with this one a unit is a pixel.
          mark: { type: "point", filled: true, opacity: 1, size: 4, stroke: null },
          encoding: {
            x: { value: 0 },
            y: { value: 0 },
            shape: { field: "path", type: "nominal", scale: null, legend: null },
            fill: {
              condition: { test: "!datum.kept", value: ink.pruned },
              field: "method",
              type: "nominal",
              scale: { domain: methods, range: methods.map((method) => colors.get(method) ?? ink.text) },
              legend: null,
            },
          },
        },
      ],
    },
  };
}
