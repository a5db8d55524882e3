import type { AllocationRequest } from "../../../src/pruning/allocation.ts";
import { roundHalfToEven } from "../../../src/pruning/top-k.ts";

/** What an allocation is asked for tensors fc1.weight, fc2.weight, ... of these scores. */
export function request(...scores: readonly (readonly number[])[]): (sparsity: number) => AllocationRequest {
  const tensors = scores.map((values, i) => ({
    name: `fc${i + 1}.weight`,
    layer: `fc${i + 1}`,
    isLast: i === scores.length - 1,
    shape: [1, values.length],
    scores: Float32Array.from(values),
  }));
  return (sparsity) => ({ tensors, sparsity, budget: roundHalfToEven(sparsity * scores.flat().length) });
}
