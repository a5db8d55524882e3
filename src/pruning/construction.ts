import type * as z from "zod";
import type { Targets } from "../engines/examples.ts";
import type { EntryWithOptions } from "../foundations/registry.ts";
import type { Masks } from "../network/mask.ts";
import type { ParameterSpec, Parameters } from "../network/parameters.ts";
import type { NetworkSpec } from "../network/specification.ts";
import type { TeacherTraining } from "./teacher.ts";

/** What a construction has to make. */
export interface Blueprint {
  /** The network that is made; of which it is asked whether it fits: the study's. */
  readonly spec: NetworkSpec;
  /** Of it, the tensors that pruning may touch. */
  readonly prunable: readonly Pick<ParameterSpec, "name" | "size">[];
  /** The sparsity that is asked for, of those that pruning may touch; undefined where the construction has its own. */
  readonly sparsity: number | undefined;
}

/** What the values of a constructed network may be made from. */
export interface Material extends Blueprint {
  /** Values before training, by the model's initializer and the run's seed. */
  readonly initialValues: (spec: NetworkSpec) => Parameters;
  /** Of the training examples. */
  readonly targets: Targets;
  /** The trained linear model, of `teacherNetwork`; empty for a construction without a teacher. */
  readonly teacher: Parameters;
}

/**
 * Makes a sparse network instead of ranking the weights of a trained one. What it keeps follows from the blueprint alone,
 * so that sizes are known before anything is computed. Its options are part of every run's identity.
 */
export interface Construction<Options extends z.ZodObject = z.ZodObject> extends EntryWithOptions<Options> {
  /** It makes a network for each sparsity that is asked for; absent where it makes one, with a sparsity of its own. */
  readonly takesSparsity?: true;
  /** Why it cannot make this network, as the end of a sentence; undefined where it can. */
  misfit?(blueprint: Blueprint, options: z.output<Options>): string | undefined;
  /** The network that it makes, where that is not the study's own. */
  network?(spec: NetworkSpec, options: z.output<Options>): NetworkSpec;
  /** The training of the linear model that it starts from; absent where it needs none. */
  teacher?(options: z.output<Options>): TeacherTraining;
  /** What it keeps of the network that it makes; tensors without a mask are kept whole. */
  masks(blueprint: Blueprint, options: z.output<Options>): Masks;
  /** All values of the network that it makes; what the masks prune is ignored. */
  values(material: Material, options: z.output<Options>): Parameters;
  /**
   * For one that is trained from these values with the settings of `train`, before it recovers as others do: how many
   * times their epochs. Absent where the values are trained by the recovery alone.
   */
  stretch?(blueprint: Blueprint, options: z.output<Options>): number;
}

/** Types a construction by its own options. */
export function defineConstruction<const Name extends string, Options extends z.ZodObject>(
  construction: Construction<Options> & { readonly name: Name },
): Construction<Options> & { readonly name: Name } {
  return construction;
}
