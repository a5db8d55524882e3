import * as z from "zod";
import { defineCriterion, scoreEach, tensorOf } from "../criterion.ts";
import { batchesOf, batchSchema, learningExamplesSchema, learningPasses, stepsSchema } from "./options.ts";

/**
 * How far the weight moves away from 0 while the network is trained on: -sum over the steps of rate x weight x gradient
 * (Sanh et al. 2020, equation 4). Plain gradient descent takes the steps, on a copy of the network; what is pruned
 * already stays 0.
 */
export const movement = defineCriterion({
  name: "movement",
  summary: "How far the weight moves away from 0 over some steps of training.",
  paper: {
    citation: "Sanh et al. 2020, Movement pruning: adaptive sparsity by fine-tuning",
    url: "https://arxiv.org/abs/2005.07683",
  },
  options: z.strictObject({
    steps: stepsSchema,
    batchSize: batchSchema,
    examples: learningExamplesSchema,
    learningRate: z.number().positive().default(0.01).describe("How far one step moves the weights."),
  }),
  needs: ({ examples }) => ({ objective: { examples } }),
  objectivePasses: learningPasses,
  scores: async (evidence, { steps, batchSize, learningRate }) => {
    const { objective, tensors } = evidence;
    const scores = new Map(tensors.map(({ name, size }) => [name, new Float64Array(size)]));
    const weights = new Map([...evidence.weights].map(([name, values]) => [name, values.slice()]));
    for (const [from, to] of batchesOf(objective.examples, batchSize, steps)) {
      const gradients = await objective.gradients(weights, from, to);
      for (const [name, values] of weights) {
        const slopes = tensorOf(gradients, name);
        const sums = scores.get(name);
        for (let i = 0; i < values.length; i++) {
          const value = values[i] as number;
          if (sums !== undefined && value === 0) continue;
          const move = -learningRate * (slopes[i] as number);
          if (sums !== undefined) sums[i] = (sums[i] as number) + value * move;
          values[i] = value + move;
        }
      }
    }
    return scoreEach(evidence, (_, { name }) => Float32Array.from(scores.get(name) as Float64Array));
  },
});
