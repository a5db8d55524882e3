import * as z from "zod";
import { defineAllocation } from "../allocation.ts";

/**
 * A coin for each weight: it goes when its score, a draw from [0, 1), lies below the sparsity. How many go varies from
 * seed to seed, with the standard deviation sqrt(n s (1 - s)) of n weights at sparsity s.
 */
export const bernoulli = defineAllocation({
  name: "bernoulli",
  summary: "A coin for each weight: the sparsity is met on average only, and takes random scores.",
  paper: {
    citation: "Hoefler et al. 2021, Sparsity in deep learning",
    url: "https://arxiv.org/abs/2102.00554",
  },
  options: z.strictObject({}),
  exact: "in expectation",
  uniformScores: true,
  counts: ({ tensors, sparsity }) =>
    tensors.map(({ scores }) => (sparsity === 1 ? scores.length : countBelow(scores, sparsity))),
});

/** A draw may round to 1 as a float32, so everything is not what lies below 1. */
function countBelow(scores: Float32Array, sparsity: number): number {
  let count = 0;
  for (let i = 0; i < scores.length; i++) if ((scores[i] as number) < sparsity) count++;
  return count;
}
