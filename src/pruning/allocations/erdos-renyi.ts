import * as z from "zod";
import { defineAllocation } from "../allocation.ts";
import { countByPrice } from "./by-price.ts";

/**
 * The density of a layer is proportional to (inputs + outputs) / (inputs x outputs), as of a random bipartite graph with
 * the same mean degree everywhere. A layer that would be more than dense is dense, and the others share the rest.
 */
export const erdosRenyi = defineAllocation({
  name: "erdos-renyi",
  summary: "Small layers stay denser: density by inputs plus outputs over their product.",
  paper: {
    citation:
      "Mocanu et al. 2018, Scalable training of artificial neural networks with adaptive sparse connectivity",
    url: "https://arxiv.org/abs/1707.04780",
  },
  options: z.strictObject({}),
  exact: "in total",
  counts: (request) =>
    countByPrice(request, (unit, { shape, scores }) => {
      const [outputs = 1, inputs = 1] = shape;
      return unit / (scores.length * ((outputs + inputs) / (outputs * inputs)));
    }),
});
