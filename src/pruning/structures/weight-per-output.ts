import * as z from "zod";
import { defineStructure } from "../structure.ts";
import { pruneLowest } from "../top-k.ts";

/**
 * Single weights that are compared within their output alone: of a row of a dense layer, of a filter of a convolution.
 * Each loses as many; where the count does not divide, the first ones lose one more. Of a bias, single values.
 */
export const weightPerOutput = defineStructure({
  name: "weight-per-output",
  summary: "Single weights, the same number of each neuron or filter.",
  paper: {
    citation: "Sun et al. 2024, A simple and effective pruning approach for large language models",
    url: "https://arxiv.org/abs/2306.11695",
  },
  options: z.strictObject({}),
  units: () => undefined,
  select: (scores, count, { shape }) => {
    const [rows = 1] = shape;
    if (shape.length === 1) return pruneLowest(scores, count);
    const columns = scores.length / rows;
    const [each, over] = [Math.floor(count / rows), count % rows];
    const mask = new Uint8Array(scores.length);
    for (let row = 0; row < rows; row++) {
      const own = scores.subarray(row * columns, (row + 1) * columns);
      mask.set(pruneLowest(own, row < over ? each + 1 : each), row * columns);
    }
    return mask;
  },
});
