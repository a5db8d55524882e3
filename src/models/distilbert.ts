import * as z from "zod";
import { defineModel } from "./model.ts";
import { architectureOptions, transformerLayers } from "./transformer-layers.ts";

export const distilbert = defineModel(
  {
    name: "distilbert",
    summary: "A transformer for texts in DistilBERT's layout, of any size, trained from scratch.",
    paper: {
      citation:
        "Sanh et al. 2019, DistilBERT, a distilled version of BERT: smaller, faster, cheaper and lighter",
      url: "https://arxiv.org/abs/1910.01108",
    },
    readsTokens: true,
    options: z.strictObject(architectureOptions),
    layers: (architecture, _inputShape, outputs) =>
      transformerLayers("distilbert", { ...architecture, layout: "distilbert", epsilon: 1e-12 }, outputs),
  },
  "normal",
);
