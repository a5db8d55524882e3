import type { Command } from "commander";
import { train } from "../library/steps/train.ts";
import {
  addOutputFlags,
  addStepFlags,
  type OutputFlags,
  runStep,
  type StepFlags,
  seed,
} from "./step-flags.ts";
import { figureLines, writtenLine } from "./step-text.ts";

const EXAMPLES = `
Examples:
  prune-lab train --config mnist-mlp --out model.safetensors
  prune-lab train --config mnist-mlp --seed 1 --set train.epochs=3 --out model.safetensors
  prune-lab train --config mine.yaml --set train.from=theirs.safetensors --out model.safetensors

The file has the same bytes as the baseline of a sweep of the config with that seed. The last example trains nothing: it
makes a checkpoint of another program's weights. Exit codes: 0 done, 2 wrong input, 3 the training failed.`;

interface TrainFlags extends StepFlags, OutputFlags {
  readonly config: string;
  readonly seed?: number;
}

/** Adds `prune-lab train`. */
export function registerTrain(program: Command): void {
  const command = program
    .command("train")
    .summary("one step: train a dense network and write it")
    .description(
      "Trains the dense network of a config for one seed, tests it, and writes it as a checkpoint.",
    )
    .requiredOption(
      "-c, --config <file>",
      "a config file, or the name of one that is shipped (see: list configs)",
    )
    .option("--seed <n>", "initial weights and order of the examples (default: the config's first)", seed);
  addStepFlags(addOutputFlags(command)).addHelpText("after", EXAMPLES).action(runTrain);
}

async function runTrain({ config, ...flags }: TrainFlags): Promise<void> {
  await runStep(
    flags,
    (onEvent) => train(config, { ...flags, onEvent }),
    (outcome) => writtenLine(outcome) + figureLines(outcome),
  );
}
