import * as z from "zod";
import { defineRecovery } from "../recovery.ts";

/**
 * Knowledge distillation: the pruned network learns from what the dense one answers, beside the targets. Where the
 * defaults come from: docs/pruning.md.
 */
export const distill = defineRecovery({
  name: "distill",
  summary: "Fine-tuning as prune.finetune says, towards what the dense network answers, too.",
  paper: {
    citation: "Hinton et al. 2015, Distilling the knowledge in a neural network",
    url: "https://arxiv.org/abs/1503.02531",
  },
  options: z.strictObject({
    temperature: z
      .number()
      .min(0.1)
      .max(100)
      .default(2)
      .describe(
        "The logits of both networks are divided by it: the higher, the more the classes count that the dense network takes to be wrong. Of a regression it changes nothing.",
      ),
    weight: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe("How much the dense network's answers count; the targets count the rest, 1 - weight."),
  }),
  // Without any weight there is nothing to learn from it: the run is that of finetune.
  retraining: ({ temperature, weight }) =>
    weight === 0 ? { training: "finetune" } : { training: "finetune", distillation: { temperature, weight } },
});
