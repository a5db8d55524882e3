import * as z from "zod";
import { defineRecovery } from "../recovery.ts";

/** Han et al. 2015: train on with the mask held. */
export const finetune = defineRecovery({
  name: "finetune",
  summary: "Fine-tuning as prune.finetune says, from the weights that are left.",
  options: z.strictObject({}),
  retraining: () => ({ training: "finetune" }),
});
