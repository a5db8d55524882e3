import { defineControl, type MethodControl } from "../control.ts";
import { criteria } from "../criteria/registry.ts";
import { looksAtExamples } from "../criterion.ts";

/**
 * The criterion sees training examples whose inputs are shuffled, each by itself, and whose targets are dealt out anew among
 * them (Su et al. 2020, section 4.1). The training is untouched.
 */
export const corrupted = defineControl<"corrupted", MethodControl>({
  name: "corrupted",
  summary: "The criterion sees examples with shuffled inputs and targets that are not theirs.",
  paper: {
    citation: "Su et al. 2020, Sanity-checking pruning methods: random tickets can win the jackpot",
    url: "https://arxiv.org/abs/2009.11094",
  },
  of: "method",
  comparison: {
    noun: "itself with scores from corrupted examples",
    better: "its scores use what the data say",
    alike: "its scores are not shown to use what the data say",
    worse: "its scores are better without what the data say",
  },
  misfit: ({ criterion }) =>
    looksAtExamples(criteria.named(criterion.name).needs?.(criterion) ?? {})
      ? undefined
      : `its criterion, ${criterion.name}, looks at no examples`,
  spoilsExamples: true,
});
