import * as z from "zod";
import { defineRecovery } from "../recovery.ts";

/** Han et al. 2015: train on with the mask held. */
export const finetune = defineRecovery({
  name: "finetune",
  summary: "Fine-tuning as prune.finetune says, from the weights that are left.",
  paper: {
    citation: "Han et al. 2015, Learning both weights and connections for efficient neural networks",
    url: "https://arxiv.org/abs/1506.02626",
  },
  options: z.strictObject({}),
  retraining: () => ({ training: "finetune" }),
});
