import * as z from "zod";
import {
  defineCriterion,
  type Evidence,
  type Gathered,
  type Scores,
  scoreEach,
  tensorOf,
} from "../criterion.ts";
import { examplesSchema } from "./options.ts";

/**
 * weight^2 x mean of the squared gradients of single examples, half of it: the change of the loss to second order
 * with the diagonal of the empirical Fisher information for the Hessian's (Theis et al. 2018).
 */
export const fisher = defineCriterion({
  name: "fisher",
  summary: "Squared weight times the empirical Fisher information: the change of the loss to second order.",
  paper: {
    citation: "Theis et al. 2018, Faster gaze prediction with dense networks and Fisher pruning",
    url: "https://arxiv.org/abs/1801.05787",
  },
  options: z.strictObject({ examples: examplesSchema }),
  needs: ({ examples }) => ({ exampleGradients: { examples } }),
  scores: (evidence) => meanSquareScores(evidence),
});

/** weight^2 x mean of the squared gradients / 2 */
export async function meanSquareScores(
  evidence: Evidence & Pick<Gathered, "exampleGradients">,
): Promise<Scores> {
  const sums = new Map(evidence.tensors.map(({ name, size }) => [name, new Float64Array(size)]));
  let count = 0;
  for await (const gradients of evidence.exampleGradients) {
    count++;
    for (const [name, sum] of sums) {
      const values = tensorOf(gradients, name);
      for (let i = 0; i < sum.length; i++) {
        const value = values[i] as number;
        sum[i] = (sum[i] as number) + value * value;
      }
    }
  }
  return scoreEach(evidence, (values, { name }) => {
    const sum = sums.get(name);
    return values.map((value, i) => (value * value * (sum?.[i] ?? 0)) / (2 * count));
  });
}
