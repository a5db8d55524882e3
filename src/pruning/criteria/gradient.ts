import * as z from "zod";
import { defineCriterion, magnitudesOf, scoreEach, tensorOf } from "../criterion.ts";
import { examplesSchema } from "./options.ts";

/** The magnitude of the gradient of the mean loss: what the loss hardly depends on goes first. */
export const gradient = defineCriterion({
  name: "gradient",
  summary: "Absolute gradient of the loss.",
  paper: {
    citation: "Evci et al. 2020, Rigging the lottery (there it says which weights grow)",
    url: "https://arxiv.org/abs/1911.11134",
  },
  options: z.strictObject({ examples: examplesSchema }),
  needs: ({ examples }) => ({ gradients: { of: "loss", examples } }),
  scores: (evidence) =>
    scoreEach(evidence, (_values, { name }) => magnitudesOf(tensorOf(evidence.gradients, name))),
});
