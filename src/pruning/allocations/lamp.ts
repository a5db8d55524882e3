import * as z from "zod";
import { defineAllocation } from "../allocation.ts";
import { countLowest } from "../top-k.ts";

/**
 * Layer-adaptive magnitude-based pruning: the square of a score over the sum of the squares of all that are no lower in its
 * tensor, ranked over all layers. The highest of a tensor has 1, so no layer is pruned away before the others are down to
 * one. Below 0 there are no magnitudes: such scores count as 0.
 */
export const lamp = defineAllocation({
  name: "lamp",
  summary: "One ranking of scores relative to the larger ones of their layer.",
  paper: {
    citation: "Lee et al. 2021, Layer-adaptive sparsity for the magnitude-based pruning",
    url: "https://arxiv.org/abs/2010.07611",
  },
  options: z.strictObject({}),
  exact: "in total",
  counts: ({ tensors, budget }) =>
    countLowest(
      tensors.map(({ scores }) => relativeScores(scores)),
      budget,
    ),
});

/** In rising order, which counting them needs alone. What is pruned already, -Infinity, stays below all others. */
function relativeScores(scores: Float32Array): Float32Array {
  const sorted = scores.slice().sort();
  let sum = 0;
  for (let i = sorted.length - 1; i >= 0; i--) {
    const score = sorted[i] as number;
    if (score === Number.NEGATIVE_INFINITY) continue;
    const square = Math.max(score, 0) ** 2;
    sum += square;
    sorted[i] = sum === 0 ? 0 : Number.isFinite(sum) ? square / sum : 1;
  }
  return sorted;
}
