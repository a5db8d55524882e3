import type { Command } from "commander";
import { flowYaml } from "../config/flow-yaml.ts";
import { type ShrinkOutcome, type ShrunkLayer, type Sizes, shrink } from "../library/steps/shrink.ts";
import {
  addCheckpointFlags,
  addOutputFlags,
  addStepFlags,
  type CheckpointFlags,
  type OutputFlags,
  runStep,
} from "./step-flags.ts";
import { count, writtenLine } from "./step-text.ts";
import { formatTable } from "./table.ts";

const EXAMPLES = `
Examples:
  prune-lab shrink results/mine/checkpoints/neurons-0.5-seed0.safetensors --out small.safetensors
  prune-lab shrink pruned.safetensors --out small.safetensors --json

The smaller network takes the same examples and gives the same outputs but for rounding. It is a checkpoint like any
other: it can be evaluated, pruned and fine-tuned, and a sweep can start from it, with the model: that is printed.
Exit codes: 0 done, 2 wrong input.`;

interface ShrinkFlags extends CheckpointFlags, OutputFlags {}

/** Adds `prune-lab shrink CHECKPOINT`. */
export function registerShrink(program: Command): void {
  const command = program
    .command("shrink")
    .summary("one step: rebuild a masked network without its dead and constant units")
    .description(
      "Writes the smaller network that computes what a masked one does: without units that no output depends on, and " +
        "without those that are the same for every example, whose value goes into the next biases.",
    );
  addStepFlags(
    addOutputFlags(addCheckpointFlags(command, "the config that says what the checkpoint does not")),
  )
    .addHelpText("after", EXAMPLES)
    .action(runShrink);
}

async function runShrink(checkpoint: string, flags: ShrinkFlags): Promise<void> {
  await runStep(flags, (onEvent) => shrink(checkpoint, { ...flags, onEvent }), shrunkText);
}

function shrunkText(outcome: ShrinkOutcome): string {
  const { layers, before, after, model } = outcome;
  const header = ["layer", "weights before", "after", "parameters before", "after", "macs before", "after"];
  const start = model === null ? "No registered model builds it." : `model: ${flowYaml(model)}`;
  return (
    `${writtenLine(outcome)}\n` +
    `${formatTable(header, [...layers.map(layerRow), totalRow(before, after)])}\n` +
    `bytes       ${count(after.dense_bytes)} dense, where the masked network has ${count(before.sparse_bytes)} in the smallest encodings, ` +
    `${count(before.dense_bytes)} dense\n` +
    `sparsity    ${after.nonzero_parameters === after.parameters ? "none is left" : `${count(after.nonzero_parameters)} of ${count(after.parameters)} parameters left by what remains of the masks`}\n` +
    `To start from it in a sweep: train: { from: ${outcome.file} }\n${start}\n`
  );
}

function layerRow(layer: ShrunkLayer): string[] {
  return [
    layer.layer,
    layer.shape_before.join("x"),
    layer.shape.join("x"),
    count(layer.parameters_before),
    count(layer.parameters),
    count(layer.macs_before),
    count(layer.macs),
  ];
}

function totalRow(before: Sizes, after: Sizes): string[] {
  const counts = [before.parameters, after.parameters, before.dense_macs, after.dense_macs];
  return ["all", "", "", ...counts.map(count)];
}
