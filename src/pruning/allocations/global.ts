import * as z from "zod";
import { defineAllocation } from "../allocation.ts";
import { countLowest } from "../top-k.ts";

/** The scores of all tensors compete for one budget. */
export const global = defineAllocation({
  name: "global",
  summary: "One ranking over all layers: some lose more than others.",
  paper: {
    citation: "See et al. 2016, Compression of neural machine translation models via pruning",
    url: "https://arxiv.org/abs/1606.09274",
  },
  options: z.strictObject({}),
  exact: "in total",
  acrossTensors: true,
  counts: ({ tensors, budget }) =>
    countLowest(
      tensors.map(({ scores }) => scores),
      budget,
    ),
});
