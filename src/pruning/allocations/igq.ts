import * as z from "zod";
import { defineAllocation } from "../allocation.ts";
import { countByPrice } from "./by-price.ts";

/**
 * Ideal gas quotas: a layer of n weights is compressed F x n + 1 times, with the one F that meets the budget. Large layers
 * are compressed most, and none is pruned away. A layer keeps m of n at F = 1/m - 1/n, which is the price of the m-th.
 */
export const igq = defineAllocation({
  name: "igq",
  summary: "Ideal gas quotas: a layer of n weights is compressed F x n + 1 times.",
  paper: {
    citation:
      "Vysogorets and Kempe 2021, Connectivity matters: neural network pruning through the lens of effective sparsity",
    url: "https://arxiv.org/abs/2107.02306",
  },
  options: z.strictObject({}),
  exact: "in total",
  counts: (request) => countByPrice(request, (unit, { scores }) => 1 / scores.length - 1 / unit),
});
