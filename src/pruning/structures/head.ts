import * as z from "zod";
import { defineStructure } from "../structure.ts";
import { normSchema } from "./options.ts";
import { unitsInSlices } from "./slices.ts";

/**
 * A head of an attention layer: its rows of query, key and value, and the columns of the output layer that read it. All go
 * together, and the block then computes what it would without the head: whatever the biases that are left make of it is
 * multiplied by zeros.
 */
export const head = defineStructure({
  name: "head",
  summary: "Whole attention heads: rows of query, key and value, columns of the output layer.",
  paper: {
    citation: "Michel et al. 2019, Are sixteen heads really better than one?",
    url: "https://arxiv.org/abs/1905.10650",
  },
  options: z.strictObject({ norm: normSchema() }),
  norm: ({ norm }) => norm,
  ...unitsInSlices("head"),
});
