import * as z from "zod";
import { defineSchedule } from "../schedule.ts";
import { deadInputsSchema, decaySchema, growthExamplesSchema, updatesSchema } from "./options.ts";
import { sparseCourse } from "./updates.ts";

/**
 * What all layers drop is shared out among them by the mean momentum of what they keep, and grows where the momentum of
 * what is missing is largest (Dettmers and Zettlemoyer 2019, algorithm 1). Pruned weights have no momentum here: for all
 * weights the mean gradient over the examples of the last few batches, at the weights as they are, stands in its place.
 */
export const sparseMomentum = defineSchedule({
  name: "sparse-momentum",
  summary: "Sparse from the start: weights move to the layers and places with the largest momentum.",
  paper: {
    citation:
      "Dettmers and Zettlemoyer 2019, Sparse networks from scratch: faster training without losing performance",
    url: "https://arxiv.org/abs/1907.04840",
  },
  options: z.strictObject({
    ...updatesSchema({ every: 500, drop: 0.5, until: 1 }),
    decay: decaySchema("cosine"),
    examples: growthExamplesSchema(1000),
    deadInputs: deadInputsSchema("avoid"),
  }),
  startsAt: () => 0,
  levels: (target) => [target],
  during: (target, steps, options) =>
    sparseCourse(target, steps, options, {
      grow: { by: "gradient", examples: options.examples },
      spread: "by gradient",
    }),
  avoidsDeadInputs: ({ deadInputs }) => deadInputs === "avoid",
});
