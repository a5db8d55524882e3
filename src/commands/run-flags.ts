import { type Command, InvalidArgumentError, Option } from "commander";
import { engineChoices } from "../engines/registry.ts";
import { loadPlugins } from "../library/plugins.ts";
import type { CheckpointChoice } from "../results/checkpoints.ts";

/** The flags that `sweep` and `batch` share. */
export interface RunFlags {
  readonly set: readonly string[];
  readonly out?: string;
  readonly dataDir?: string;
  readonly engine?: string;
  readonly workers?: number;
  readonly checkpoints: CheckpointChoice;
  readonly charts: boolean;
  readonly shard?: string;
  readonly fresh?: true;
  readonly json?: true;
  readonly quiet?: true;
}

export function addRunFlags(command: Command, out: string): Command {
  const withFlags = addConfigFlags(command, out)
    .addOption(
      new Option("--checkpoints <which>", "networks whose weights to write as safetensors files")
        .choices(["all", "baselines", "none"])
        .default("baselines"),
    )
    .addOption(chartsFlag())
    .option(
      "--shard <i/n>",
      "compute only part i of n, to spread a sweep over machines; merge joins the parts",
    )
    .option("--fresh", "start over: first remove what an earlier sweep wrote into the folder");
  return addProgressFlags(withFlags);
}

/** Whether to draw. */
export function chartsFlag(): Option {
  return new Option("--no-charts", "write tables, and neither charts nor a report (report draws them later)");
}

/** The flags of everything that computes by a config. */
export function addConfigFlags(command: Command, out: string): Command {
  return addWhereFlags(addSetFlag(command).option("-o, --out <folder>", out)).option(
    "--workers <n>",
    "most runs at a time (default: one for each processor core, or for each lane of TensorFlow on a GPU)",
    positiveInteger,
  );
}

/** Adds `--set`, and `--plugin`, which may bring what it names. */
export function addSetFlag(command: Command): Command {
  return addPluginFlag(command).addOption(
    repeatable("--set <path=value>", "set a field of the config, such as train.epochs=3; the value is YAML"),
  );
}

/** Where data is looked for, and what computes. */
export function addWhereFlags(command: Command): Command {
  return command
    .option(
      "--data-dir <folder>",
      "folder to look for the dataset's files in (default: PRUNE_LAB_DATA, then data)",
    )
    .option(
      "--engine <name>",
      `what computes, in place of the config's engine: ${engineChoices().join(", ")}`,
    );
}

/** The flags of what tells how far it is. */
export function addProgressFlags(command: Command): Command {
  return command
    .option("--json", "print progress as JSON, one event on each line (docs/events.md)")
    .option("--quiet", "print nothing but errors");
}

/** Adds `--plugin` to a command; what is given is loaded before the command begins. */
export function addPluginFlag(command: Command): Command {
  return command
    .addOption(
      repeatable("--plugin <file>", "load a plugin: methods, models, data, metrics or charts of your own"),
    )
    .hook("preAction", async (_command, action) => {
      await loadPlugins((action.opts() as { readonly plugin: readonly string[] }).plugin);
    });
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description}; repeatable`)
    .argParser((value: string, previous: readonly string[]) => [...previous, value])
    .default([], "none");
}

export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new InvalidArgumentError("It must be a whole number from 1 to 9999.");
  return Number(text);
}
