import * as z from "zod";
import { defineCriterion, scoreEach, tensorOf } from "../criterion.ts";
import { batchesOf, batchSchema, learningExamplesSchema, stepsSchema } from "./options.ts";
import { stepFrom } from "./vectors.ts";

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
  scores: async (evidence, { steps, batchSize, learningRate }) => {
    const { objective, tensors } = evidence;
    const moved = new Map(tensors.map(({ name, size }) => [name, new Float64Array(size)]));
    let weights = evidence.weights;
    for (const [from, to] of batchesOf(objective.examples, batchSize, steps)) {
      const gradients = await objective.gradients(weights, from, to);
      for (const { name } of tensors) {
        const sums = moved.get(name) as Float64Array;
        const [values, slopes, start] = [weights, gradients, evidence.weights].map((of) =>
          tensorOf(of, name),
        ) as [Float32Array, Float32Array, Float32Array];
        for (let i = 0; i < sums.length; i++) {
          if (start[i] === 0) slopes[i] = 0;
          sums[i] = (sums[i] as number) - learningRate * (values[i] as number) * (slopes[i] as number);
        }
      }
      weights = stepFrom(weights, gradients, -learningRate);
    }
    return scoreEach(evidence, (_, { name }) => Float32Array.from(moved.get(name) as Float64Array));
  },
});
