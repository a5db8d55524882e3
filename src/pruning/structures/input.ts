import * as z from "zod";
import { sizeOf } from "../../network/shapes.ts";
import { defineStructure } from "../structure.ts";
import { normSchema } from "./options.ts";

/**
 * All weights of an input: a column of a dense layer, so a pixel of the first one; the kernels of all filters for one input
 * channel of a convolution. Of a bias, which has no inputs, single values. As `neuron` with dim = 1 of PyTorch's
 * `ln_structured`.
 */
export const input = defineStructure({
  name: "input",
  summary: "Whole inputs of a layer: all outgoing weights of a pixel, a neuron or a channel.",
  paper: {
    citation: "He et al. 2017, Channel pruning for accelerating very deep neural networks",
    url: "https://arxiv.org/abs/1707.06168",
  },
  options: z.strictObject({ norm: normSchema() }),
  norm: ({ norm }) => norm,
  units: ({ shape }) => {
    const [outputs = 1, count = outputs, ...kernel] = shape;
    if (shape.length === 1) return { count, of: Int32Array.from({ length: count }, (_, i) => i) };
    const values = sizeOf(kernel);
    return {
      count,
      of: Int32Array.from({ length: outputs * count * values }, (_, i) => Math.floor(i / values) % count),
    };
  },
});
