import type * as z from "zod";
import type { EntryWithOptions } from "../foundations/registry.ts";
import type { ParameterSpec } from "../network/parameters.ts";
import type { Norm } from "./worth.ts";

/** Which unit each value of a tensor belongs to. */
export interface Units {
  readonly count: number;
  /** By flat index of the value: the number of its unit, 0 .. count - 1. */
  readonly of: Int32Array;
}

/** What a structure sees of a tensor. */
export type StructuredTensor = Pick<ParameterSpec, "name" | "shape" | "role" | "slices">;

/**
 * Says what is removed at once: it groups a tensor's values into units. Budgets are counted in units, and a pruned unit
 * loses all of its values.
 */
export interface Structure<Options extends z.ZodObject = z.ZodObject> extends EntryWithOptions<Options> {
  /** The units of a tensor; undefined where each value is one, or where it is in no group. */
  units(tensor: StructuredTensor, options: z.output<Options>): Units | undefined;
  /**
   * Where a unit has values in several tensors: the same text for all of these, whose units of the same number are one. The
   * tensors of a group have as many units each; those for which it is undefined stay whole.
   */
  group?(tensor: StructuredTensor): string | undefined;
  /** What a unit is worth by its values' scores: their sum unless given. */
  norm?(options: z.output<Options>): Norm | undefined;
  /**
   * The sparsities that it can give a layer, rising, where it cannot give any: a study's have to be among them, in every
   * layer alike. Levels on the way may be others.
   */
  sparsities?(options: z.output<Options>): readonly number[];
  /**
   * Which units of a tensor go (0) and stay (1) when `count` go, unless simply those with the lowest scores: where
   * units stand in each other's way, as in N:M sparsity. Prunes exactly `count`, or throws a PruneLabError of kind
   * `input`.
   */
  select?(
    scores: Float32Array,
    count: number,
    tensor: StructuredTensor,
    options: z.output<Options>,
  ): Uint8Array;
}

/** Types a structure by its own options. */
export function defineStructure<const Name extends string, Options extends z.ZodObject>(
  structure: Structure<Options> & { readonly name: Name },
): Structure<Options> & { readonly name: Name } {
  return structure;
}
