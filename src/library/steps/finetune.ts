import { inputError } from "../../foundations/errors.ts";
import type { Figures } from "./figures.ts";
import type { CheckpointOptions, OutputOptions } from "./options.ts";
import { checkpointOutput, metadataIn, type WrittenCheckpoint, writeCheckpoint } from "./output.ts";
import { testedAndRecovered } from "./recovered.ts";
import { ONLY_FINETUNING, readGiven, withSubject } from "./subject.ts";

export interface FinetuneOptions extends CheckpointOptions, OutputOptions {
  /** In place of those of `prune.finetune`. */
  readonly epochs?: number;
  /** In place of the optimizer's. */
  readonly learningRate?: number;
  /** Of the order of the examples; by default that of the run that the checkpoint comes from. */
  readonly seed?: number;
}

export interface FinetuneOutcome extends WrittenCheckpoint, Figures {
  readonly epochs: number;
  readonly seed: number;
  /** Before it. */
  readonly accuracy_before: number | null;
  readonly loss_before: number | null;
}

/**
 * Trains a network on, its masks held, as `prune.finetune` says, and writes it: the same weights as the recovery
 * `finetune` of a sweep gives. Throws a PruneLabError of kind `input` as `evaluate` does, and for a file that exists.
 */
export async function finetune(checkpoint: string, options: FinetuneOptions): Promise<FinetuneOutcome> {
  const output = await checkpointOutput(options, [checkpoint]);
  const given = await readGiven(checkpoint);
  const { epochs } = options;
  const set = [...(options.set ?? []), ...(epochs === undefined ? [] : [`prune.finetune.epochs=${epochs}`])];
  return withSubject(given, { ...options, set }, ONLY_FINETUNING, async (subject, place) => {
    const { network, finetune: plan } = subject.study.settings;
    if (plan === null) {
      throw inputError("prune.finetune is null in the config: there is no fine-tuning.", {
        hint: "Say how long: --epochs 3",
      });
    }
    const [first, ...others] = plan.learningRate ?? [];
    if (options.learningRate === undefined && others.length > 0) {
      throw inputError("prune.finetune.learningRate lists rates for a sweep to choose from.", {
        hint: `Take one: --learning-rate ${first}`,
      });
    }
    const learningRate = options.learningRate ?? first;
    const seed = options.seed ?? subject.seed;
    const retraining = {
      training: "finetune" as const,
      ...(learningRate === undefined ? {} : { learningRate }),
    };
    const { figures, pruned, parameters, masks } = await testedAndRecovered(subject, retraining, seed, place);
    const metadata = metadataIn(subject.study, given, { ...figures, seed, recovery: "finetune" });
    return {
      ...(await writeCheckpoint(output, { network, parameters, masks, metadata })),
      epochs: plan.epochs,
      seed,
      accuracy_before: pruned?.accuracy ?? null,
      loss_before: pruned?.loss ?? null,
      ...figures,
    };
  });
}
