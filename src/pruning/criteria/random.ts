import * as z from "zod";
import { defineCriterion, scoreEach } from "../criterion.ts";

/** Chance, the control that every criterion has to beat. A seed's scores are the same at every sparsity. */
export const random = defineCriterion({
  name: "random",
  summary: "A random number, the control for the others.",
  paper: {
    citation: "Liu et al. 2022, The unreasonable effectiveness of random pruning",
    url: "https://arxiv.org/abs/2202.02643",
  },
  options: z.strictObject({}),
  uniformScores: true,
  scores: (evidence) =>
    scoreEach(evidence, (values, { name }) => {
      const stream = evidence.randomStream(name);
      return values.map(() => stream.uniform());
    }),
});
