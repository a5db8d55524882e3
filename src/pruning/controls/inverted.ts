import { defineControl, type MethodControl } from "../control.ts";
import { criteria } from "../criteria/registry.ts";

/** The highest scores go, as many in each layer as the method takes (Frankle et al. 2021, section 4). */
export const inverted = defineControl<"inverted", MethodControl>({
  name: "inverted",
  summary: "Scores inverted: the highest of each layer go, as many as the method takes.",
  paper: {
    citation: "Frankle et al. 2021, Pruning neural networks at initialization: why are we missing the mark?",
    url: "https://arxiv.org/abs/2009.08576",
  },
  of: "method",
  comparison: {
    noun: "its own scores inverted within layers",
    better: "the order of its scores matters",
    alike: "the order of its scores is not shown to matter",
    worse: "the weights that it takes are the ones to keep",
  },
  misfit: ({ criterion: { name } }) =>
    criteria.named(name).uniformScores
      ? `its criterion, ${name}, is random: inverted it is the same`
      : undefined,
  ranks: (score) => -score,
});
