import * as z from "zod";
import { defineSchedule } from "../schedule.ts";
import { deadInputsSchema, decaySchema, updatesSchema } from "./options.ts";
import { sparseCourse } from "./updates.ts";

/** Sparse evolutionary training: the smallest weights of each layer go, and as many grow at random places. */
export const set = defineSchedule({
  name: "set",
  summary: "Sparse from the start: small weights are dropped, as many grown at random.",
  paper: {
    citation:
      "Mocanu et al. 2018, Scalable training of artificial neural networks with adaptive sparse connectivity",
    url: "https://arxiv.org/abs/1707.04780",
  },
  options: z.strictObject({
    ...updatesSchema({ every: 100, drop: 0.3, until: 0.75 }),
    decay: decaySchema("constant"),
    deadInputs: deadInputsSchema("avoid"),
  }),
  startsAt: () => 0,
  levels: (target) => [target],
  during: (target, steps, options) =>
    sparseCourse(target, steps, options, { grow: { by: "chance" }, spread: "own" }),
  avoidsDeadInputs: ({ deadInputs }) => deadInputs === "avoid",
});
