import * as z from "zod";
import { defineCriterion, magnitudesOf, scoreEach } from "../criterion.ts";

/** The absolute value: small weights go first (Janowsky 1989; Han et al. 2015). */
export const magnitude = defineCriterion({
  name: "magnitude",
  summary: "Absolute value of the weight.",
  paper: {
    citation: "Han et al. 2015, Learning both weights and connections for efficient neural networks",
    url: "https://arxiv.org/abs/1506.02626",
  },
  options: z.strictObject({}),
  scores: (evidence) => scoreEach(evidence, magnitudesOf),
});
