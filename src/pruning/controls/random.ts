import { defineControl, type MethodControl } from "../control.ts";
import { criteria } from "../criteria/registry.ts";

/** Any weights, as many in each layer as the method takes, each time that it prunes. */
export const random = defineControl<"random", MethodControl>({
  name: "random",
  summary: "Random weights, as many in each layer as the method's scores say.",
  paper: {
    citation: "Liu et al. 2022, The unreasonable effectiveness of random pruning",
    url: "https://arxiv.org/abs/2202.02643",
  },
  of: "method",
  comparison: {
    noun: "random weights at the same sparsity in each layer",
    better: "its scores tell which weights of a layer to keep",
    alike: "its scores are not shown to do more than say how many weights a layer keeps",
    worse: "its scores choose worse than chance within a layer",
  },
  misfit: ({ criterion: { name } }) =>
    criteria.named(name).uniformScores ? `its criterion, ${name}, is random already` : undefined,
  ranks: (_score, draw) => draw(),
});
