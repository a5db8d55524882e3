import type * as z from "zod";
import type { Distillation } from "../engines/engine.ts";
import type { EntryWithOptions } from "../foundations/registry.ts";

/** How a network is trained after pruning. */
export type Retraining =
  /** From the weights that pruning left, with the settings of `prune.finetune`. */
  (
    | {
        readonly training: "finetune";
        /** How much the outputs of the seed's dense network count, beside the targets; they do not without it. */
        readonly distillation?: Omit<Distillation, "teacherOutputs">;
      }
    /** From a step of the training on with the settings of `train`, from the weights that the dense network had then. */
    | {
        readonly training: "train";
        /** Optimizer steps from the start. */
        readonly rewindTo: number;
        /** The optimizer's state: as it was at that step, or fresh. */
        readonly optimizer: "rewound" | "fresh";
        /** The weights are those that pruning left instead. */
        readonly keepsWeights?: true;
        /** In place of those of `train`; from the first step on alone. */
        readonly epochs?: number;
      }
  ) & {
    /** In place of the optimizer's, where several are tried. */
    readonly learningRate?: number;
  };

/** Whether it goes on from the weights that are there, so that each one is more training; it does not where they go back. */
export function goesOn(retraining: Retraining | null): boolean {
  if (retraining === null) return false;
  return retraining.training === "finetune" || retraining.keepsWeights === true;
}

/** Says how a network recovers from being pruned. */
export interface Recovery<Options extends z.ZodObject = z.ZodObject> extends EntryWithOptions<Options> {
  /** Null where it does not. `start` is the step of the training at which the network was pruned, if early. */
  retraining(options: z.output<Options>, start?: number): Retraining | null;
  /** It trains from there, which schedules that prune after the training do not say. */
  readonly startsAtPruning?: true;
}

/** Types a recovery by its own options. */
export function defineRecovery<const Name extends string, Options extends z.ZodObject>(
  recovery: Recovery<Options> & { readonly name: Name },
): Recovery<Options> & { readonly name: Name } {
  return recovery;
}
