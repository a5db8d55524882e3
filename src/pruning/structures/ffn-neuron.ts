import * as z from "zod";
import { defineStructure } from "../structure.ts";
import { normSchema } from "./options.ts";
import { unitsInSlices } from "./slices.ts";

/**
 * A neuron of a transformer block's feed-forward part: its row of the first layer and its column of the second. Both go
 * together, and the block then computes what it would without the neuron, whose bias leads nowhere.
 */
export const ffnNeuron = defineStructure({
  name: "ffn-neuron",
  summary: "Whole feed-forward neurons of transformers: a row of the first layer, a column of the second.",
  paper: {
    citation: "McCarley et al. 2019, Structured pruning of a BERT-based question answering model",
    url: "https://arxiv.org/abs/1910.06360",
  },
  options: z.strictObject({ norm: normSchema() }),
  norm: ({ norm }) => norm,
  ...unitsInSlices("ffn-neuron"),
});
