import * as z from "zod";
import { defineSchedule } from "../schedule.ts";
import { deadInputsSchema } from "./options.ts";

/**
 * Once, at a step of the training instead of after it. Step 0 is pruning at initialization (Lee et al. 2019); a few
 * hundred steps in, what is pruned has learned a little (Frankle et al. 2021).
 */
export const early = defineSchedule({
  name: "early",
  summary: "Once, before the training or early in it; then the network is trained.",
  paper: {
    citation: "Lee et al. 2019, SNIP: single-shot network pruning based on connection sensitivity",
    url: "https://arxiv.org/abs/1810.02340",
  },
  options: z.strictObject({
    step: z
      .int()
      .min(0)
      .default(0)
      .describe("Optimizer steps of the training after which the network is pruned; 0: before it."),
    deadInputs: deadInputsSchema("take"),
  }),
  startsAt: ({ step }) => step,
  avoidsDeadInputs: ({ deadInputs }) => deadInputs === "avoid",
  levels: (target) => [target],
});
