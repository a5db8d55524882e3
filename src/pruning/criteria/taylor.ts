import * as z from "zod";
import { defineCriterion, scoreEach, tensorOf } from "../criterion.ts";
import { examplesSchema } from "./options.ts";

/**
 * |weight x gradient|: how much the mean loss changes, to first order, when the weight is removed (Mozer and
 * Smolensky 1989; Molchanov et al. 2017). Of untrained weights it is the saliency of SNIP (Lee et al. 2019).
 */
export const taylor = defineCriterion({
  name: "taylor",
  summary: "Absolute weight times gradient: the change of the loss to first order.",
  paper: {
    citation: "Molchanov et al. 2017, Pruning convolutional neural networks for resource efficient inference",
    url: "https://arxiv.org/abs/1611.06440",
  },
  options: z.strictObject({ examples: examplesSchema }),
  needs: ({ examples }) => ({ gradients: { of: "loss", examples } }),
  scores: (evidence) =>
    scoreEach(evidence, (values, { name }) => {
      const gradients = tensorOf(evidence.gradients, name);
      return values.map((value, i) => Math.abs(value * (gradients[i] as number)));
    }),
});
