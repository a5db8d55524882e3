import { type Command, InvalidArgumentError } from "commander";
import { printableLine } from "../foundations/printable.ts";
import type { StudyEvent } from "../scheduling/events.ts";
import { print, printJson, progressStream, tell } from "./output.ts";
import { addSetFlag, addWhereFlags } from "./run-flags.ts";

/** The flags that all steps on one network share. */
export interface StepFlags {
  readonly set: readonly string[];
  readonly dataDir?: string;
  readonly engine?: string;
  readonly json?: true;
  readonly quiet?: true;
}

/** Of the steps that write a checkpoint. */
export interface OutputFlags {
  readonly out: string;
  readonly force?: true;
}

/** Of the steps that take one. */
export interface CheckpointFlags extends StepFlags {
  readonly config?: string;
  readonly dataset?: string;
}

export function addStepFlags(command: Command): Command {
  return addWhereFlags(addSetFlag(command))
    .option("--json", "print what came out as JSON, one object on one line")
    .option("--quiet", "print nothing but errors");
}

export function addOutputFlags(command: Command): Command {
  return command
    .requiredOption("-o, --out <file>", "the checkpoint to write, a safetensors file")
    .option("--force", "replace the file if it exists");
}

/** `what` says what the config is for. */
export function addCheckpointFlags(command: Command, what: string): Command {
  return command
    .argument("<checkpoint>", "a safetensors file: of a sweep, of one of these steps, or of another program")
    .option("-c, --config <file>", what)
    .option("--dataset <name>", "the data, in place of that of the checkpoint");
}

export function seed(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 0.");
  return Number(text);
}

export function number(text: string): number {
  if (text.trim() === "" || !Number.isFinite(Number(text)))
    throw new InvalidArgumentError("It must be a number.");
  return Number(text);
}

/**
 * Does a step: notices go to stderr, and on a terminal how far a training is; what came out to stdout, as JSON, as text,
 * or not at all.
 */
export async function runStep<Outcome extends object>(
  { json, quiet }: Pick<StepFlags, "json" | "quiet">,
  step: (onEvent: (event: StudyEvent) => void) => Promise<Outcome>,
  textOf: (outcome: Outcome) => string,
): Promise<void> {
  const progress = new ProgressLine(!json && !quiet && progressStream.isTTY === true);
  let outcome: Outcome;
  try {
    outcome = await step((event) => {
      if (event.event === "run-progress") progress.show(`${event.run}: ${Math.floor(100 * event.fraction)}%`);
      if (event.event !== "notice" || quiet) return;
      progress.clear();
      tell(event.message);
    });
  } finally {
    progress.clear();
  }
  if (json) printJson(outcome);
  else if (!quiet) print(textOf(outcome));
}

/** One line of a terminal, written over itself: this thread computes meanwhile, so that no timer could draw. */
class ProgressLine {
  readonly #isShown: boolean;
  #width = 0;

  constructor(isShown: boolean) {
    this.#isShown = isShown;
  }

  show(text: string): void {
    if (!this.#isShown) return;
    const line = printableLine(text);
    progressStream.write(`\r${line.padEnd(this.#width)}`);
    this.#width = line.length;
  }

  clear(): void {
    if (this.#width > 0) progressStream.write(`\r${" ".repeat(this.#width)}\r`);
    this.#width = 0;
  }
}
