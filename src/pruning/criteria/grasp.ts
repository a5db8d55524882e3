import * as z from "zod";
import type { Parameters } from "../../network/parameters.ts";
import { defineCriterion, type Evidence, type Objective, scoreEach, tensorOf } from "../criterion.ts";
import { examplesUnlessTold } from "./options.ts";

/**
 * weight x (H g): how much less the squared norm of the gradient g would be without the weight; those go whose
 * removal adds to it, or takes the least (Wang et al. 2020, equation 8, with the sign turned). The product of the Hessian
 * with the gradient is exact. Of what is pruned already, g is 0.
 */
export const grasp = defineCriterion({
  name: "grasp",
  summary: "Weight times Hessian-gradient product: what of the gradient's flow hangs on the weight.",
  paper: {
    citation: "Wang et al. 2020, Picking winning tickets before training by preserving gradient flow",
    url: "https://arxiv.org/abs/2002.07376",
  },
  options: z.strictObject({
    // Ten for each of ten classes, as published.
    examples: examplesUnlessTold(100),
    temperature: z
      .number()
      .positive()
      .max(1e6)
      .default(200)
      .describe("What the logits are divided by; of a regression it changes nothing."),
  }),
  needs: ({ examples }) => ({ objective: { examples, hessian: true } }),
  // A gradient, and a gradient with the speeds of all its values.
  objectivePasses: (_, examples) => 9 * examples,
  scores: async (evidence, { temperature }) => {
    const { objective } = evidence;
    // The logits are linear in the last layer: it is divided by the temperature instead, and what is derived by it too.
    const tempered = (vector: Parameters) => divided(vector, objective.logitLayer, temperature);
    const weights = tempered(evidence.weights);
    const gradient = tempered(withoutPruned(await objective.gradients(weights), evidence));
    const product = tempered(objective.hessianProduct(weights, tempered(gradient)));
    return scoreEach(evidence, (values, { name }) => {
      const products = tensorOf(product, name);
      return values.map((value, i) => value * (products[i] as number));
    });
  },
});

function divided(vector: Parameters, layer: Objective["logitLayer"], by: number): Parameters {
  return new Map(
    [...vector].map(([name, values]) => [
      name,
      name.startsWith(`${layer}.`) ? values.map((value) => value / by) : values,
    ]),
  );
}

function withoutPruned(gradient: Parameters, { tensors, weights }: Evidence): Parameters {
  const own = scoreEach({ tensors, weights }, (values, { name }) =>
    tensorOf(gradient, name).map((slope, i) => (values[i] === 0 ? 0 : slope)),
  );
  return new Map([...gradient, ...own]);
}
