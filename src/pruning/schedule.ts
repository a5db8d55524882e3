import type * as z from "zod";
import type { EntryWithOptions } from "../foundations/registry.ts";

/** At one step of a training, the network is pruned to a sparsity, before the step is taken. */
export interface PruningStep {
  /** From 0. */
  readonly step: number;
  readonly sparsity: number;
}

/** Says when a network is pruned on its way to a sparsity. */
export interface Schedule<Options extends z.ZodObject = z.ZodObject> extends EntryWithOptions<Options> {
  /**
   * The sparsities, rising, the target last, at which a network is pruned: each time the one that the level before
   * left after its recovery. Levels that several targets share are computed once.
   */
  levels(target: number, options: z.output<Options>): readonly number[];
  /**
   * For schedules that prune while the network recovers: when, over a recovery of `steps` optimizer steps, to what
   * sparsity; in order, the target last. Absent where each level prunes before its recovery.
   */
  during?(target: number, steps: number, options: z.output<Options>): readonly PruningStep[];
}

/** Types a schedule by its own options. */
export function defineSchedule<const Name extends string, Options extends z.ZodObject>(
  schedule: Schedule<Options> & { readonly name: Name },
): Schedule<Options> & { readonly name: Name } {
  return schedule;
}
