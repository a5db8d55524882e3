import * as z from "zod";
import { defineStructure } from "../structure.ts";

/** Unstructured pruning: each weight by itself. */
export const weight = defineStructure({
  name: "weight",
  summary: "Single weights.",
  paper: {
    citation: "Hoefler et al. 2021, Sparsity in deep learning",
    url: "https://arxiv.org/abs/2102.00554",
  },
  options: z.strictObject({}),
  units: () => undefined,
});
