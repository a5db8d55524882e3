import * as z from "zod";
import { defineAllocation } from "../allocation.ts";
import { roundHalfToEven } from "../top-k.ts";

/** Every tensor loses the same fraction. */
export const uniform = defineAllocation({
  name: "uniform",
  summary: "The same sparsity in every layer.",
  paper: {
    citation: "See et al. 2016, Compression of neural machine translation models via pruning",
    url: "https://arxiv.org/abs/1606.09274",
  },
  options: z.strictObject({}),
  exact: "in each tensor",
  counts: ({ tensors, sparsity }) => tensors.map(({ scores }) => roundHalfToEven(sparsity * scores.length)),
});
