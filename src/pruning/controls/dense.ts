import { defineControl, type StudyControl } from "../control.ts";

/** Sparsity 0 of every method: nothing is pruned, and everything else is done, for the same steps. */
export const dense = defineControl<"dense", StudyControl>({
  name: "dense",
  summary: "The dense network with the same steps of training: adds sparsity 0.",
  paper: {
    citation: "Blalock et al. 2020, What is the state of neural network pruning?",
    url: "https://arxiv.org/abs/2003.03033",
  },
  of: "study",
  sparsity: 0,
});
