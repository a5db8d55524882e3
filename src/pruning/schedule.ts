import type * as z from "zod";
import type { EntryWithOptions } from "../foundations/registry.ts";
import type { Regrowth } from "./regrowth.ts";

/** At one step of a training, the network is pruned to a sparsity, before the step is taken. */
export interface PruningStep {
  /** From 0. */
  readonly step: number;
  readonly sparsity: number;
  /** All weights are chosen from again, also those that were pruned: what comes back starts at 0. */
  readonly anew?: true;
}

/** At one step of a training, some weights are dropped and as many others grown, before the step is taken. */
export interface RegrowthStep {
  /** From 0. */
  readonly step: number;
  readonly regrowth: Regrowth;
}

/** What happens to the masks in the course of a training. */
export type CourseStep = PruningStep | RegrowthStep;

/** Says when a network is pruned on its way to a sparsity. */
export interface Schedule<Options extends z.ZodObject = z.ZodObject> extends EntryWithOptions<Options> {
  /**
   * The optimizer step of the training at whose weights a network is pruned, 0 for the initial ones. Absent where the
   * trained network is.
   */
  startsAt?(options: z.output<Options>): number;
  /**
   * The sparsities, rising, the target last, at which a network is pruned: each time the one that the level before
   * left after its recovery. Levels that several targets share are computed once.
   */
  levels(target: number, options: z.output<Options>): readonly number[];
  /**
   * For schedules that change the masks while the network recovers: when, over a recovery of `steps` optimizer steps,
   * to what sparsity, and what is regrown; steps rise, and the last pruning is to the target. Absent where each level
   * prunes before its recovery.
   */
  during?(target: number, steps: number, options: z.output<Options>): readonly CourseStep[];
  /**
   * Whether weights of inputs that are 0 in all training examples go first and are never grown: they learn nothing.
   */
  avoidsDeadInputs?(options: z.output<Options>): boolean;
}

/** Types a schedule by its own options. */
export function defineSchedule<const Name extends string, Options extends z.ZodObject>(
  schedule: Schedule<Options> & { readonly name: Name },
): Schedule<Options> & { readonly name: Name } {
  return schedule;
}
