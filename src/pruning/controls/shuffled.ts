import { defineControl, type MethodControl } from "../control.ts";

/**
 * The mask that the method ends with, its units dealt out anew within each layer, on the weights that the method pruned
 * first, with as many recoveries as that has (Frankle et al. 2021, section 4).
 */
export const shuffled = defineControl<"shuffled", MethodControl>({
  name: "shuffled",
  summary: "The method's final mask shuffled within layers, on the weights that it pruned.",
  paper: {
    citation: "Frankle et al. 2021, Pruning neural networks at initialization: why are we missing the mark?",
    url: "https://arxiv.org/abs/2009.08576",
  },
  of: "method",
  comparison: {
    noun: "its mask shuffled within layers",
    better: "which weights are kept matters, beyond how many a layer",
    alike: "which weights are kept is not shown to matter, beyond how many a layer",
    worse: "how many weights a layer keeps is worth more than which",
  },
  takesMask: { mask: "shuffled", weights: "pruned" },
});
