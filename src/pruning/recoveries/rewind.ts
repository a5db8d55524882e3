import * as z from "zod";
import { defineRecovery } from "../recovery.ts";

/**
 * Weight rewinding: what is kept goes back to its value at an early step of the training, and is trained from there
 * to the end. Step 0 is the lottery ticket (Frankle and Carbin 2019); later steps: Frankle et al. 2020.
 */
export const rewind = defineRecovery({
  name: "rewind",
  summary: "Kept weights go back to an early step of the training, and are trained again from there.",
  paper: {
    citation: "Frankle and Carbin 2019, The lottery ticket hypothesis",
    url: "https://arxiv.org/abs/1803.03635",
  },
  options: z.strictObject({
    step: z.int().min(0).default(0).describe("Optimizer steps from the start of the training."),
    optimizer: z
      .enum(["fresh", "rewound"])
      .default("fresh")
      .describe("The optimizer's state: fresh, or as it was at that step."),
  }),
  // Before the first step the optimizer is fresh either way.
  retraining: ({ step, optimizer }) => ({
    training: "train",
    rewindTo: step,
    optimizer: step === 0 ? "fresh" : optimizer,
  }),
});
