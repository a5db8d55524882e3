import { defineControl, type StudyControl } from "../control.ts";

/**
 * Sparsity 0 of every method: nothing is pruned, and everything else is done, once; `unpruned` recovers as often as a method
 * of several levels.
 */
export const dense = defineControl<"dense", StudyControl>({
  name: "dense",
  summary: "The dense network after one recovery like the pruned ones': adds sparsity 0.",
  paper: {
    citation: "Blalock et al. 2020, What is the state of neural network pruning?",
    url: "https://arxiv.org/abs/2003.03033",
  },
  of: "study",
  sparsity: 0,
});
