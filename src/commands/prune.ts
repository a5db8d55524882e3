import type { Command } from "commander";
import { prune } from "../library/steps/prune.ts";
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
  prune-lab prune model.safetensors --method global-magnitude --sparsity 0.9 --out pruned.safetensors
  prune-lab prune model.safetensors --method random-unstructured --sparsity 0.5 --seed 7 --out random.safetensors
  prune-lab prune pruned.safetensors --method taylor --sparsity 0.95 --out sparser.safetensors
  prune-lab prune model.safetensors --config mine.yaml --method my-method --sparsity 0.9 --out pruned.safetensors

The sparsity is what is gone afterwards; what is pruned already stays so. Masks and weights are those that a sweep has
before the recovery. Exit codes: 0 done, 2 wrong input, 3 the pruning failed.`;

interface PruneFlags extends CheckpointFlags, OutputFlags {
  readonly method: string;
  readonly sparsity: number;
  readonly seed?: number;
}

/** Adds `prune-lab prune CHECKPOINT`. */
export function registerPrune(program: Command): void {
  const command = program
    .command("prune")
    .summary("one step: prune a trained network by one method")
    .description("Prunes a trained network at once, tests it, and writes it with its masks.");
  addCheckpointFlags(
    command,
    "the config that has a method of your own, or says what the checkpoint does not",
  )
    .requiredOption("-m, --method <name>", "one that prunes a trained network at once (see: list methods)")
    .requiredOption(
      "-s, --sparsity <fraction>",
      "the fraction of the prunable weights that goes: 0.9 for 90%",
      number,
    )
    .option("--seed <n>", "of methods that draw (default: that of the network's training)", seed);
  addStepFlags(addOutputFlags(command)).addHelpText("after", EXAMPLES).action(runPrune);
}

async function runPrune(checkpoint: string, flags: PruneFlags): Promise<void> {
  await runStep(
    flags,
    (onEvent) => prune(checkpoint, { ...flags, onEvent }),
    (outcome) => writtenLine(outcome) + figureLines(outcome),
  );
}
