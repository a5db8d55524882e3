import * as z from "zod";
import { defineSchedule } from "../schedule.ts";

/** Everything that goes, goes at once. */
export const oneShot = defineSchedule({
  name: "one-shot",
  summary: "Once, to the target.",
  paper: {
    citation: "Blalock et al. 2020, What is the state of neural network pruning?",
    url: "https://arxiv.org/abs/2003.03033",
  },
  options: z.strictObject({}),
  levels: (target) => [target],
});
