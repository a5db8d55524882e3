import * as z from "zod";
import { sizeOf } from "../../network/shapes.ts";
import { defineStructure } from "../structure.ts";
import { normSchema } from "./options.ts";

/**
 * All weights of an output: a row of a dense layer, a filter of a convolution (Li et al. 2017). Of a bias, single
 * values. With `norm` l2 and magnitudes it is `ln_structured` of PyTorch with n = 2 and dim = 0, without with n = 1.
 */
export const neuron = defineStructure({
  name: "neuron",
  summary: "Whole neurons and filters: all incoming weights of an output.",
  paper: {
    citation: "Li et al. 2017, Pruning filters for efficient ConvNets",
    url: "https://arxiv.org/abs/1608.08710",
  },
  options: z.strictObject({ norm: normSchema() }),
  norm: ({ norm }) => norm,
  units: ({ shape }) => {
    const [count = 1, ...rest] = shape;
    const values = sizeOf(rest);
    return { count, of: Int32Array.from({ length: count * values }, (_, i) => Math.floor(i / values)) };
  },
});
