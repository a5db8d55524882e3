import * as z from "zod";
import { defineRecovery } from "../recovery.ts";

export const none = defineRecovery({
  name: "none",
  summary: "No training after pruning.",
  options: z.strictObject({}),
  retraining: () => null,
});
