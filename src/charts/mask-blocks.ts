import type { TopLevelSpec } from "vega-lite";
import { BLOCK_SIDE, blockShape, type TensorSnapshot } from "../experiment/weights-snapshot.ts";
import { unpackBits } from "../foundations/packed.ts";
import { sizeOf } from "../network/shapes.ts";
import type { Chart, ChartData } from "./chart.ts";
import { type Frame, plotSize, screen } from "./parts/frame.ts";
import { methodColors, methodsIn } from "./parts/palette.ts";
import { share, shownWeights } from "./parts/shown-weights.ts";
import { config, ink, schema } from "./parts/theme.ts";
import { markLabel, subject } from "./parts/titles.ts";

export const maskBlocksChart: Chart = {
  name: "mask-blocks",
  summary: "Which of the first 64 x 64 weights of each layer are not 0, before pruning and after it.",
  caption: "A column without any dot is an input that the layer no longer reads.",

  draw: maskBlocks,
};

/**
 * Which weights are there: the first rows and columns of each layer's matrix, a cell a weight, filled where it is
 * not 0; before pruning, and after it by each method, with the block's sparsity. Undefined when nothing is pruned.
 */
export function maskBlocks(
  { results, snapshots, labels }: Pick<ChartData, "results" | "snapshots" | "labels">,
  frame: Frame = screen,
): TopLevelSpec | undefined {
  const shown = shownWeights(snapshots);
  if (shown === undefined) return undefined;
  const rows = [shown.before, ...shown.after];
  const colors = methodColors(methodsIn(results), labels);
  const tensors = [...shown.tensorNames.values()];
  const blocks = rows.flatMap((row) =>
    row.tensors.map((tensor) => {
      const { path, kept, count } = blockPath(tensor);
      const size = sizeOf(tensor.shape);
      const name = shown.tensorNames.get(tensor.name) ?? tensor.name;
      const text = `${share(count - kept, count)} of the block, ${share(size - tensor.nonzero, size)} of ${name}, pruned`;
      return {
        row: row.name,
        tensor: name,
        ...(row.method === undefined ? {} : { method: row.method }),
        path,
        frame: framePath(tensor),
        caption: count === kept ? "all kept" : `${share(count - kept, count)} pruned`,
        label: row.method === undefined ? `${row.name}: ${text}` : markLabel(row.method, text),
      };
    }),
  );
  // Pixels of one weight. A symbol's path is scaled by half the root of its size: with this one a unit is a cell.
  const cell = plotSize(frame, BLOCK_SIDE * 2.5, 0, 0.55).width / BLOCK_SIDE;
  const shapeSize = (2 * cell) ** 2;
  const side = BLOCK_SIDE * cell;
  const shape = (field: "path" | "frame") => ({ field, type: "nominal" as const, scale: null, legend: null });
  const names = rows.map(({ name }) => name);
  return {
    $schema: schema,
    config,
    title: {
      text: `Masks at ${shown.sparsity} sparsity: ${subject(results)}`,
      subtitle: `First ${BLOCK_SIDE} x ${BLOCK_SIDE} weights of each layer, seed ${shown.seed}; rows: output units, columns: inputs; filled: not 0`,
    },
    data: { values: blocks },
    facet: {
      row: {
        field: "row",
        type: "nominal",
        sort: names,
        header: { title: null, labelAngle: 0, labelAlign: "left", labelAnchor: "middle" },
      },
      column: { field: "tensor", type: "nominal", sort: tensors, header: { title: null } },
    },
    spacing: { row: 12, column: 28 },
    spec: {
      width: side,
      height: side + 18,
      encoding: {
        x: { value: 0 },
        y: { value: 0 },
        description: { field: "label" },
      },
      layer: [
        {
          mark: { type: "point", filled: true, opacity: 1, size: shapeSize, fill: ink.frame, stroke: null },
          encoding: { shape: shape("frame") },
        },
        {
          mark: { type: "point", filled: true, opacity: 1, size: shapeSize, stroke: null },
          encoding: {
            shape: shape("path"),
            fill: {
              field: "row",
              type: "nominal",
              scale: { domain: names, range: names.map((name) => colors.get(name) ?? ink.muted) },
              legend: null,
            },
          },
        },
        {
          mark: { type: "text", align: "left", baseline: "bottom", fontSize: 11, color: ink.text },
          encoding: { y: { value: side + 18 }, text: { field: "caption" } },
        },
      ],
    },
  };
}

/** The kept cells of a block as one SVG path, in units of cells: a rectangle for each run of neighbors. */
function blockPath(tensor: TensorSnapshot): { path: string; kept: number; count: number } {
  const { rows, columns } = blockShape(tensor.shape);
  const bits = unpackBits(tensor.block, rows * columns);
  const parts: string[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; ) {
      let end = column;
      while (end < columns && bits[row * columns + end]) end++;
      if (end > column) parts.push(`M${column},${row}H${end}V${row + 1}H${column}Z`);
      column = Math.max(end, column + 1);
    }
  }
  return { path: parts.join("") || "M0,0", kept: bits.filter(Boolean).length, count: bits.length };
}

function framePath({ shape }: TensorSnapshot): string {
  const { rows, columns } = blockShape(shape);
  return `M0,0H${columns}V${rows}H0Z`;
}
