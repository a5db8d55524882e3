import * as z from "zod";
import { defineCriterion } from "../criterion.ts";
import { type Gate, learnGates, sigmoid } from "./gates.ts";
import {
  batchSchema,
  gateRateSchema,
  learningExamplesSchema,
  learningPasses,
  penaltySchema,
  stepsSchema,
} from "./options.ts";

/** Open or shut, with the probability sigmoid(logit); the slope is that of the probability, straight through. */
function bernoulli(penalty: number): Gate {
  const slope = (logit: number) => sigmoid(logit) * sigmoid(-logit);
  return {
    open: (logit, uniform) => Number(uniform < sigmoid(logit)),
    slope,
    penaltySlope: (logit) => penalty * slope(logit),
  };
}

/**
 * How often a mask is open before the weight, once masks have been trained on the frozen weights: each is drawn by a
 * probability, whose gradient is taken straight through the draw (Zhou et al. 2019, section 5; Bengio et al. 2013). The
penalty on open masks is that of Srinivas et al. 2017: without one, masks are learned for a network that keeps half.
 */
export const learnedMask = defineCriterion({
  name: "learned-mask",
  summary: "A mask before each weight, trained by a straight-through estimator while the weights stay.",
  paper: {
    citation: "Zhou et al. 2019, Deconstructing lottery tickets: zeros, signs, and the supermask",
    url: "https://arxiv.org/abs/1905.01067",
  },
  options: z.strictObject({
    steps: stepsSchema,
    batchSize: batchSchema,
    examples: learningExamplesSchema,
    learningRate: gateRateSchema,
    penalty: penaltySchema,
  }),
  needs: ({ examples }) => ({ objective: { examples } }),
  objectivePasses: learningPasses,
  scores: (evidence, options) => learnGates(evidence, options, bernoulli(options.penalty)),
});
