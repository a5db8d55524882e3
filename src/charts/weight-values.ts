import type { TopLevelSpec } from "vega-lite";
import { BLOCK_SIDE, blockShape, CORNER_STEPS } from "../experiment/weights-snapshot.ts";
import { unpackBits, unpackBytes } from "../foundations/packed.ts";
import type { Chart, ChartData } from "./chart.ts";
import { type Frame, plotSize, screen } from "./parts/frame.ts";
import { share, shownWeights, type WeightsRow } from "./parts/shown-weights.ts";
import { config, diverging, facetColumns, ink, schema } from "./parts/theme.ts";
import { markLabel, subject } from "./parts/titles.ts";

export const weightValuesChart: Chart = {
  name: "weight-values",
  summary:
    "The values of the first 64 x 64 weights of the first layer as colors around 0, before and after pruning.",
  caption:
    "Blue is positive, orange negative, grey 0; the darkest color is the largest magnitude of its panel, which stands " +
    "below it. Rows are output units, columns are inputs.",
  colors: "heat",

  draw: weightValues,
};

/** Shades of either sign. */
const SHADES = diverging.positive.length;

/**
 * The first rows and columns of the first layer's weights as colors around 0: before pruning, and after it by each method
 * and recovery, a panel each. Undefined when nothing is pruned.
 */
export function weightValues(
  { results, snapshots }: Pick<ChartData, "results" | "snapshots">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  const shown = shownWeights(snapshots);
  const first = shown?.before.whole.tensors[0];
  if (shown === undefined || first === undefined) return undefined;
  const { rows, columns } = blockShape(first.shape);
  const panels = [shown.before, ...shown.after];
  const data = panels.flatMap((row) => shadesOf(row, first.name));
  // Pixels of one weight. A symbol's path is scaled by half the root of its size: with this one a unit is a cell.
  const side = plotSize(frame, BLOCK_SIDE * 2.8, 0, 0.55).width;
  const cell = side / Math.max(rows, columns);
  const shades = Array.from({ length: 2 * SHADES + 1 }, (_, i) => i - SHADES);
  return {
    $schema: schema,
    config,
    title: {
      text: `Values of ${first.name} at ${shown.sparsity} sparsity: ${subject(results)}`,
      subtitle: `First ${rows} x ${columns} weights, seed ${shown.seed}; blue: positive, orange: negative, each panel to its own largest magnitude`,
    },
    data: { values: data },
    facet: { field: "panel", type: "nominal", sort: panels.map(({ name }) => name), header: { title: null } },
    columns: facetColumns(panels.length, frame),
    spacing: { row: 14, column: 24 },
    spec: {
      width: side,
      height: rows * cell + 18,
      encoding: { x: { value: 0 }, y: { value: 0 }, description: { field: "label" } },
      layer: [
        {
          // Rows of cells as strokes, which take half the room of their outlines.
          mark: {
            type: "point",
            filled: false,
            opacity: 1,
            size: (2 * cell) ** 2,
            strokeWidth: cell,
            strokeCap: "butt",
          },
          encoding: {
            shape: { field: "path", type: "nominal", scale: null, legend: null },
            stroke: {
              field: "shade",
              type: "ordinal",
              scale: { domain: shades, range: shades.map(colorOf) },
              legend: null,
            },
          },
        },
        {
          transform: [{ filter: "datum.shade === 0" }],
          mark: { type: "text", align: "left", baseline: "bottom", fontSize: 11, color: ink.text },
          encoding: { y: { value: rows * cell + 18 }, text: { field: "text" } },
        },
      ],
    },
  };
}

/** The color of a shade, from the darkest of the negative ones to that of the positive ones. */
function colorOf(shade: number): string {
  const { negative, middle, positive } = diverging;
  return (shade < 0 ? negative[-shade - 1] : positive[shade - 1]) ?? middle;
}

/** A path of cells for each shade that a panel has, behind them the whole block as zeros. */
function shadesOf({ name, method, whole: { tensors, corner } }: WeightsRow, tensor: string) {
  const { rows, columns } = blockShape(tensors[0]?.shape ?? []);
  const bits = unpackBits(tensors[0]?.block ?? "", rows * columns);
  const values = unpackBytes(corner.values);
  let next = 0;
  const shades = bits.map((isKept) => (isKept ? shadeOf(values[next++] ?? 0) : 0));
  const paths = new Map<number, string>();
  for (let i = 0; i < shades.length; ) {
    const shade = shades[i] as number;
    const [row, column] = [Math.floor(i / columns), i % columns];
    let length = 1;
    while (column + length < columns && shades[i + length] === shade) length++;
    if (shade !== 0) paths.set(shade, `${paths.get(shade) ?? ""}M${column},${row + 0.5}h${length}`);
    i += length;
  }
  const zeros = bits.length - values.length;
  const range = values.length === 0 ? "all 0" : `±${corner.limit.toPrecision(2)}`;
  const text = zeros === 0 || values.length === 0 ? range : `${range}, ${share(zeros, bits.length)} are 0`;
  const label =
    method === undefined ? `${name}: ${tensor}, ${text}` : markLabel(method, `${tensor}, ${text}`);
  const ground = Array.from({ length: rows }, (_, row) => `M0,${row + 0.5}h${columns}`).join("");
  const drawn = [...paths].sort(([a], [b]) => a - b);
  return [
    { panel: name, shade: 0, path: ground, text, label },
    ...drawn.map(([shade, path]) => ({ panel: name, shade, path, label })),
  ];
}

/** From -SHADES to SHADES; 0 only for what is as good as 0. */
function shadeOf(value: number): number {
  return Math.sign(value) * Math.ceil((Math.abs(value) / CORNER_STEPS) * SHADES);
}
