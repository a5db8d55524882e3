import * as z from "zod";
import { defineCriterion, scoreEach } from "../criterion.ts";
import { examplesSchema } from "./options.ts";

/** |weight| x norm of the input that it is multiplied by (Sun et al. 2024). Of a bias the input is 1 each time. */
export const wanda = defineCriterion({
  name: "wanda",
  summary: "Absolute weight times the norm of its input.",
  options: z.strictObject({ examples: examplesSchema }),
  needs: ({ examples }) => ({ activationNorms: { examples } }),
  scores: (evidence, { examples }) =>
    scoreEach(evidence, (values, { layer, role }) => {
      const norms = role === "weight" ? evidence.activationNorms.get(layer) : undefined;
      const ones = Math.sqrt(examples);
      return values.map((value, i) => Math.abs(value) * (norms?.[i % norms.length] ?? ones));
    }),
});
