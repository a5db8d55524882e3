import * as z from "zod";
import { defineSchedule } from "../schedule.ts";
import { deadInputsSchema, decaySchema, growthExamplesSchema, updatesSchema } from "./options.ts";
import { sparseCourse } from "./updates.ts";

/**
 * The smallest weights of each layer go, and those grow, from 0, whose gradient in the dense network would be the
 * largest (Evci et al. 2020, algorithm 1). A weight that was just dropped may grow again.
 */
export const rigl = defineSchedule({
  name: "rigl",
  summary: "Sparse from the start: small weights are dropped, those with large gradients grown.",
  paper: {
    citation: "Evci et al. 2020, Rigging the lottery: making all tickets winners",
    url: "https://arxiv.org/abs/1911.11134",
  },
  options: z.strictObject({
    ...updatesSchema({ every: 100, drop: 0.3, until: 0.75 }),
    decay: decaySchema("cosine"),
    examples: growthExamplesSchema(100),
    deadInputs: deadInputsSchema("avoid"),
  }),
  startsAt: () => 0,
  levels: (target) => [target],
  during: (target, steps, options) =>
    sparseCourse(target, steps, options, {
      grow: { by: "gradient", examples: options.examples },
      spread: "own",
    }),
  avoidsDeadInputs: ({ deadInputs }) => deadInputs === "avoid",
});
