import type { AllocationRequest, ScoredTensor } from "../allocation.ts";
import { countLowest } from "../top-k.ts";

/**
 * Counts that do not look at scores: every unit of a tensor has a price, the first the lowest, and those with the highest
 * prices go. The counts sum up to the budget, no layer is asked for more than it has, and none gets a unit back when the
 * sparsity rises. `price` is asked for n - 1/2, the middle of the n-th unit, so that counts are rounded to the nearest.
 */
export function countByPrice(
  { tensors, budget }: AllocationRequest,
  price: (unit: number, tensor: ScoredTensor) => number,
): readonly number[] {
  const prices = tensors.map((tensor) => {
    const negative = new Float32Array(tensor.scores.length);
    for (let i = 0; i < negative.length; i++) negative[i] = -price(i + 0.5, tensor);
    return negative;
  });
  return countLowest(prices, budget);
}
