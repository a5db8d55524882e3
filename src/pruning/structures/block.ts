import * as z from "zod";
import { matrixShape } from "../../network/parameters.ts";
import { defineStructure } from "../structure.ts";
import { normSchema } from "./options.ts";

/**
 * Blocks of so many rows and columns of a weight as a matrix: [outputs, inputs], of a convolution [outputs, inputs x height x
 * width]. Counted from the upper left; those at the right and lower edges are smaller where the size does not divide. Of a
 * bias, single values.
 */
export const block = defineStructure({
  name: "block",
  summary: "Rectangular blocks of a layer's weights, outputs by inputs.",
  paper: {
    citation: "Narang et al. 2017, Block-sparse recurrent neural networks",
    url: "https://arxiv.org/abs/1711.02782",
  },
  options: z.strictObject({
    rows: z.int().min(1).default(4).describe("Outputs that a block spans."),
    columns: z
      .int()
      .min(1)
      .default(4)
      .describe("Inputs that a block spans, of a convolution elements of kernels."),
    norm: normSchema(),
  }),
  norm: ({ norm }) => norm,
  units: ({ shape }, { rows: height, columns: width }) => {
    const { rows, columns } = matrixShape(shape);
    if (shape.length === 1) return { count: rows, of: Int32Array.from({ length: rows }, (_, i) => i) };
    const across = Math.ceil(columns / width);
    return {
      count: Math.ceil(rows / height) * across,
      of: Int32Array.from({ length: rows * columns }, (_, i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        return Math.floor(row / height) * across + Math.floor(column / width);
      }),
    };
  },
});
