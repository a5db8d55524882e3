import { type Command, InvalidArgumentError } from "commander";
import { type FinetuneOutcome, finetune } from "../library/steps/finetune.ts";
import { accuracy } from "../metrics/accuracy.ts";
import { loss } from "../metrics/loss.ts";
import { named } from "../metrics/words.ts";
import {
  addCheckpointFlags,
  addOutputFlags,
  addStepFlags,
  type CheckpointFlags,
  number,
  type OutputFlags,
  runStep,
  seed,
} from "./step-flags.ts";
import { figureLines, writtenLine } from "./step-text.ts";

const EXAMPLES = `
Examples:
  prune-lab finetune pruned.safetensors --epochs 3 --out tuned.safetensors
  prune-lab finetune pruned.safetensors --config mnist-mlp --out tuned.safetensors
  prune-lab finetune pruned.safetensors --epochs 3 --learning-rate 0.0003 --set train.batchSize=128 --out tuned.safetensors

Settings are those of prune.finetune in the config, or else its defaults, as in a sweep; the masks hold at every step.
Exit codes: 0 done, 2 wrong input, 3 the training failed.`;

interface FinetuneFlags extends CheckpointFlags, OutputFlags {
  readonly epochs?: number;
  readonly learningRate?: number;
  readonly seed?: number;
}

/** Adds `prune-lab finetune CHECKPOINT`. */
export function registerFinetune(program: Command): void {
  const command = program
    .command("finetune")
    .summary("one step: train a pruned network on, its masks held")
    .description("Trains a network on, what is pruned staying 0, tests it before and after, and writes it.");
  addCheckpointFlags(command, "the config that says how it is fine-tuned (prune.finetune)")
    .option("--epochs <n>", "passes over the training examples (default: the config's, or 3)", seed)
    .option("--learning-rate <rate>", "in place of the optimizer's", rate)
    .option("--seed <n>", "order of the examples (default: that of the network's training)", seed);
  addStepFlags(addOutputFlags(command)).addHelpText("after", EXAMPLES).action(runFinetune);
}

function rate(text: string): number {
  const value = number(text);
  if (!(value > 0)) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

async function runFinetune(checkpoint: string, flags: FinetuneFlags): Promise<void> {
  await runStep(
    flags,
    (onEvent) => finetune(checkpoint, { ...flags, onEvent }),
    (outcome) => writtenLine(outcome) + beforeLine(outcome) + figureLines(outcome),
  );
}

function beforeLine({ accuracy_before, loss_before }: FinetuneOutcome): string {
  const text =
    accuracy_before !== null
      ? named(accuracy, accuracy_before)
      : loss_before !== null
        ? named(loss, loss_before)
        : "not finite";
  return `${"before".padEnd(12)}${text}\n`;
}
