import type * as z from "zod";
import type { EntryWithOptions } from "../foundations/registry.ts";

/** The units of one tensor that may be pruned: a tensor's values, neurons, filters, as the structure has it. */
export interface ScoredTensor {
  /** `fc1.weight` */
  readonly name: string;
  /** `fc1` */
  readonly layer: string;
  /** Whether its layer is the last of those that are pruned. */
  readonly isLast: boolean;
  /** [out, in], [out, in, height, width] or [out]. */
  readonly shape: readonly number[];
  /** One score a unit; -Infinity for what is pruned already. */
  readonly scores: Float32Array;
}

export interface AllocationRequest {
  /** In layer order. */
  readonly tensors: readonly ScoredTensor[];
  /** Fraction in 0..1 of all units. */
  readonly sparsity: number;
  /** The same as a number: round-half-to-even(sparsity x units). */
  readonly budget: number;
}

/** A tensor that is to be pruned: how many units it has, and nothing of their worth. */
export interface UnitCount extends Pick<ScoredTensor, "name" | "layer" | "isLast"> {
  readonly units: number;
}

/**
 * Says how many units of each tensor are pruned. It sees scores and shapes, never weights or criteria; which units
 * go follows from the counts: those with the lowest scores.
 */
export interface Allocation<Options extends z.ZodObject = z.ZodObject> extends EntryWithOptions<Options> {
  /**
   * The counts sum up to the budget; or each is its own tensor's round-half-to-even(sparsity x units); or they are left
   * to chance, and meet the sparsity on average.
   */
  readonly exact: "in total" | "in each tensor" | "in expectation";
  /** It reads scores as the draws that they are: it takes criteria with `uniformScores`, and single values as units. */
  readonly uniformScores?: true;
  /** Its counts are what all scores together say: a value of one tensor may go in place of one of another. */
  readonly acrossTensors?: true;
  /** The layers that its options name, as `prune.exclude` does: `output` is the last. They have to be there. */
  layers?(options: z.output<Options>): readonly string[];
  /** Why so many units cannot go, as the end of a sentence: `fc1 keeps ...`; undefined where they can. */
  misfit?(tensors: readonly UnitCount[], budget: number, options: z.output<Options>): string | undefined;
  /** How many units go, by tensor. */
  counts(request: AllocationRequest, options: z.output<Options>): readonly number[];
}

/** Types an allocation by its own options. */
export function defineAllocation<const Name extends string, Options extends z.ZodObject>(
  allocation: Allocation<Options> & { readonly name: Name },
): Allocation<Options> & { readonly name: Name } {
  return allocation;
}
