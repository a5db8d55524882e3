import * as z from "zod";
import { defineCriterion, scoreEach } from "../criterion.ts";

/** Chance, the control that every criterion has to beat. A seed's scores are the same at every sparsity. */
export const random = defineCriterion({
  name: "random",
  summary: "A random number, the control for the others.",
  options: z.strictObject({}),
  scores: (evidence) =>
    scoreEach(evidence, (values, { name }) => {
      const stream = evidence.randomStream(name);
      return values.map(() => stream.uniform());
    }),
});
