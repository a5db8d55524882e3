import * as z from "zod";
import { defineCriterion } from "../criterion.ts";
import { meanSquareScores } from "./fisher.ts";
import { examplesSchema } from "./options.ts";

/**
 * weight^2 x h / 2, with the diagonal h of the Hessian of the mean loss in the Gauss-Newton approximation, as LeCun et al.
 * take it: without the second derivatives of the network itself, so h is not negative. It is estimated by the mean square
 * of the gradients of single examples with targets drawn from what the network answers.
 */
export const optimalBrainDamage = defineCriterion({
  name: "optimal-brain-damage",
  summary: "Squared weight times curvature of the loss: the change of the loss to second order.",
  paper: {
    citation: "LeCun et al. 1989, Optimal brain damage",
    url: "https://proceedings.neurips.cc/paper/1989/hash/6c9882bbac1c7093bd25041881277658-Abstract.html",
  },
  options: z.strictObject({ examples: examplesSchema }),
  needs: ({ examples }) => ({ exampleGradients: { examples, targets: "drawn" } }),
  scores: (evidence) => meanSquareScores(evidence),
});
