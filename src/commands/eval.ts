import type { Command } from "commander";
import { evaluate } from "../library/steps/evaluate.ts";
import { addCheckpointFlags, addStepFlags, type CheckpointFlags, runStep } from "./step-flags.ts";
import { figureLines } from "./step-text.ts";

const EXAMPLES = `
Examples:
  prune-lab eval results/mnist-mlp/checkpoints/baseline-seed0.safetensors
  prune-lab eval pruned.safetensors --json
  prune-lab eval pruned.safetensors --dataset mnist --data-dir ~/data
  prune-lab eval theirs.safetensors --config mine.yaml

The figures are those of the row of results.csv, and --json calls them so. A file of another program needs a config,
whose model: and dataset: say what it is; train.names maps its tensors. Exit codes: 0 done, 2 wrong input.`;

/** Adds `prune-lab eval CHECKPOINT`. */
export function registerEval(program: Command): void {
  const command = program
    .command("eval")
    .summary("one step: test a network and measure what its masks leave")
    .description("Tests a network on the test examples, and counts what its masks leave of it.");
  addStepFlags(addCheckpointFlags(command, "the config that says what the checkpoint does not"))
    .addHelpText("after", EXAMPLES)
    .action(runEval);
}

async function runEval(checkpoint: string, flags: CheckpointFlags): Promise<void> {
  await runStep(flags, (onEvent) => evaluate(checkpoint, { ...flags, onEvent }), figureLines);
}
