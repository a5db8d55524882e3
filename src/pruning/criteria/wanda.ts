import * as z from "zod";
import { defineCriterion, scoreEach, tensorOf } from "../criterion.ts";
import { examplesSchema } from "./options.ts";

/** |weight| x norm of the input that it is multiplied by (Sun et al. 2024). A bias is multiplied by 1 at every position. */
export const wanda = defineCriterion({
  name: "wanda",
  summary: "Absolute weight times the norm of its input.",
  paper: {
    citation: "Sun et al. 2024, A simple and effective pruning approach for large language models",
    url: "https://arxiv.org/abs/2306.11695",
  },
  options: z.strictObject({ examples: examplesSchema }),
  needs: ({ examples }) => ({ activationNorms: { examples } }),
  scores: (evidence) =>
    scoreEach(evidence, (values, { name }) => {
      const norms = tensorOf(evidence.activationNorms, name);
      return values.map((value, i) => Math.abs(value) * (norms[i % norms.length] as number));
    }),
});
