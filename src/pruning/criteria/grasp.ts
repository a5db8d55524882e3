import * as z from "zod";
import type { Parameters } from "../../network/parameters.ts";
import { defineCriterion, type Objective, scoreEach, tensorOf } from "../criterion.ts";
import { examplesSchema } from "./options.ts";
import { difference, norm, stepFrom } from "./vectors.ts";

/** Length of the step to either side of the weights, as a part of their own length. */
const RELATIVE_STEP = 1e-3;

/**
 * weight x (H g): how much less the squared norm of the gradient g would be without the weight; those go whose
 * removal adds to it, or takes the least (Wang et al. 2020, equation 8, with the sign turned). The product of the Hessian
 * with the gradient is the central difference (g(w + e g) - g(w - e g)) / 2e, with e |g| a thousandth of |w|.
 */
export const grasp = defineCriterion({
  name: "grasp",
  summary: "Weight times Hessian-gradient product: what of the gradient's flow hangs on the weight.",
  paper: {
    citation: "Wang et al. 2020, Picking winning tickets before training by preserving gradient flow",
    url: "https://arxiv.org/abs/2002.07376",
  },
  options: z.strictObject({
    examples: examplesSchema,
    temperature: z
      .number()
      .positive()
      .max(1e6)
      .default(200)
      .describe("What the logits are divided by; of a regression it changes nothing."),
  }),
  needs: ({ examples }) => ({ objective: { examples } }),
  scores: async (evidence, { temperature }) => {
    const gradientAt = tempered(evidence.objective, temperature);
    const { weights } = evidence;
    const gradient = await gradientAt(weights);
    const length = norm(gradient);
    const step = length === 0 ? 0 : (RELATIVE_STEP * norm(weights)) / length;
    const ahead = await gradientAt(stepFrom(weights, gradient, step));
    const behind = await gradientAt(stepFrom(weights, gradient, -step));
    const product = difference(ahead, behind, step === 0 ? 0 : 1 / (2 * step));
    return scoreEach(evidence, (values, { name }) => {
      const products = tensorOf(product, name);
      return values.map((value, i) => value * (products[i] as number));
    });
  },
});

/**
 * The gradient of the loss of logits over a temperature: the logits are linear in the last layer, so its values are
 * divided by it, and the gradients of them too.
 */
function tempered({ gradients, logitLayer }: Objective, temperature: number) {
  const divided = (parameters: Parameters): Parameters =>
    new Map(
      [...parameters].map(([name, values]) => [
        name,
        name.startsWith(`${logitLayer}.`) ? values.map((value) => value / temperature) : values,
      ]),
    );
  if (logitLayer === undefined || temperature === 1) return (weights: Parameters) => gradients(weights);
  return async (weights: Parameters) => divided(await gradients(divided(weights)));
}
