import type { Initializer } from "../models/initializers.ts";
import type { NetworkSpec } from "../network/specification.ts";
import type { EvaluateOptions } from "./evaluation/options.ts";
import type { GivenWeights } from "./read-weights.ts";
import type { FinetuneOptions, TrainOptions } from "./training/options.ts";

/** Fine-tuning with what it takes over from the training filled in. */
export type Finetuning = {
  readonly [Key in Exclude<keyof FinetuneOptions, "learningRate">]-?: NonNullable<FinetuneOptions[Key]>;
} & {
  /** Learning rates to try, in place of the optimizer's. */
  readonly learningRate?: readonly number[] | undefined;
};

/** How a network is trained: `train` without what it reads in place of that. */
export type TrainingSettings = Omit<TrainOptions, "from" | "names">;

/** What all runs of a study share; plain data, so that it travels to worker threads and other machines. */
export interface RunSettings {
  readonly network: NetworkSpec;
  readonly initializer: Initializer;
  readonly train: TrainingSettings;
  /** What the dense network is read from; undefined where it is trained. */
  readonly weights?: GivenWeights | undefined;
  readonly finetune: Finetuning | null;
  /** The training of what is pruned before it or meanwhile, where it is another than that of dense networks. */
  readonly prunedTraining?: { readonly epochs: number };
  /** Names of the tensors that pruning may touch. */
  readonly prunable: readonly string[];
  /** What tests measure beside loss and accuracy. */
  readonly evaluate?: EvaluateOptions;
}

/** Fine-tuning with what it does not set itself taken from the training. */
export function completeFinetuning(finetune: FinetuneOptions, train: TrainingSettings): Finetuning {
  return {
    epochs: finetune.epochs,
    batchSize: finetune.batchSize ?? train.batchSize,
    optimizer: finetune.optimizer ?? train.optimizer,
    schedule: finetune.schedule ?? train.schedule,
    select: finetune.select,
    ...(finetune.learningRate === undefined ? {} : { learningRate: finetune.learningRate }),
  };
}
