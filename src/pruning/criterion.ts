import type { RandomStream } from "../foundations/random.ts";

/** What a criterion may look at to score one parameter tensor. */
export interface CriterionInput {
  /** `fc1.weight` */
  readonly name: string;
  readonly values: Float32Array;
  /** [out, in], [out, in, height, width] or [out]. */
  readonly shape: readonly number[];
  /** The sub-stream for random pruning of this tensor: the same for every method and sparsity of a seed. */
  readonly stream: RandomStream;
}

/**
 * Says how important each value of a tensor is. A criterion only scores: budgets, masks and files are not its
 * business.
 */
export interface Criterion {
  readonly name: string;
  readonly summary: string;
  /** One score a value, comparable between tensors; the lowest are pruned first. */
  score(input: CriterionInput): Float32Array;
}
