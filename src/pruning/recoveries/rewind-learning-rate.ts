import * as z from "zod";
import { defineRecovery } from "../recovery.ts";

/**
 * Learning-rate rewinding: the weights stay as they are, and the training goes on from an early step, with the learning
 * rates and the order of the examples that it had from there (Renda et al. 2020).
 */
export const rewindLearningRate = defineRecovery({
  name: "rewind-learning-rate",
  summary: "Kept weights stay, and are trained again with the learning rates from an early step on.",
  paper: {
    citation: "Renda et al. 2020, Comparing rewinding and fine-tuning in neural network pruning",
    url: "https://arxiv.org/abs/2003.02389",
  },
  options: z.strictObject({
    step: z
      .int()
      .min(0)
      .default(0)
      .describe("Optimizer steps from the start of the training, whose learning rate is gone back to."),
  }),
  retraining: ({ step }) => ({ training: "train", rewindTo: step, optimizer: "fresh", keepsWeights: true }),
});
