import * as z from "zod";
import { defineAllocation } from "../allocation.ts";
import { countByPrice } from "./by-price.ts";

/**
 * Erdos-Renyi with kernels: the density of a layer is proportional to (inputs + outputs + height + width) / (inputs x
 * outputs x height x width); of a dense layer as `erdos-renyi`. A layer that would be more than dense is dense, and the
 * others share the rest.
 */
export const erk = defineAllocation({
  name: "erk",
  summary: "As erdos-renyi, counting the kernel sizes of convolutions too.",
  paper: {
    citation: "Evci et al. 2020, Rigging the lottery: making all tickets winners",
    url: "https://arxiv.org/abs/1911.11134",
  },
  options: z.strictObject({}),
  exact: "in total",
  counts: (request) =>
    countByPrice(request, (unit, { shape, scores }) => {
      // A bias is the weight of one input, which is always 1.
      const sizes = shape.length === 1 ? [...shape, 1] : shape;
      const sum = sizes.reduce((total, size) => total + size, 0);
      const product = sizes.reduce((total, size) => total * size, 1);
      return unit / (scores.length * (sum / product));
    }),
});
