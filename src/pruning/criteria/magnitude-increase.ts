import * as z from "zod";
import { defineCriterion, scoreEach, tensorOf } from "../criterion.ts";

/** |weight| - |weight before training|: what training made smaller goes first (Zhou et al. 2019). */
export const magnitudeIncrease = defineCriterion({
  name: "magnitude-increase",
  summary: "How much training increased the absolute value.",
  paper: {
    citation: "Zhou et al. 2019, Deconstructing lottery tickets",
    url: "https://arxiv.org/abs/1905.01067",
  },
  options: z.strictObject({}),
  needs: () => ({ initialWeights: true }),
  scores: (evidence) =>
    scoreEach(evidence, (values, { name }) => {
      const initial = tensorOf(evidence.initialWeights, name);
      return values.map((value, i) => Math.abs(value) - Math.abs(initial[i] as number));
    }),
});
