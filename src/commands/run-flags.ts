import { type Command, InvalidArgumentError, Option } from "commander";
import { engineChoices } from "../engines/registry.ts";
import { loadPlugins } from "../library/plugins.ts";
import type { CheckpointChoice } from "../results/outputs.ts";

/** The flags that `sweep` and `batch` share. */
export interface RunFlags {
  readonly set: readonly string[];
  readonly out?: string;
  readonly dataDir?: string;
  readonly engine?: string;
  readonly workers?: number;
  readonly checkpoints: CheckpointChoice;
  readonly shard?: string;
  readonly fresh?: true;
  readonly json?: true;
  readonly quiet?: true;
}

export function addRunFlags(command: Command, out: string): Command {
  return addPluginFlag(command)
    .option("--set <path=value>", "override a field of the config, as YAML; repeatable", append, [])
    .option("-o, --out <folder>", out)
    .option("--data-dir <folder>", "where the dataset's files lie")
    .option("--engine <name>", `what computes: ${engineChoices().join(", ")}`)
    .option("--workers <n>", "worker threads (default: one a core)", positiveInteger)
    .addOption(
      new Option("--checkpoints <which>", "weights to write as safetensors files")
        .choices(["all", "baselines", "none"])
        .default("baselines"),
    )
    .option("--shard <i/n>", "compute one of n parts of the runs, without tables; see merge")
    .option("--fresh", "start over: remove what an earlier sweep left in the folder")
    .option("--json", "one JSON event a line on stdout (docs/events.md)")
    .option("--quiet", "print errors only");
}

/** Adds `--plugin` to a command; what is given is loaded before the command begins. */
export function addPluginFlag(command: Command): Command {
  return command
    .option(
      "--plugin <file>",
      "load methods, models, data, metrics or charts of your own; repeatable",
      append,
      [],
    )
    .hook("preAction", async (_command, action) => {
      await loadPlugins((action.opts() as { readonly plugin: readonly string[] }).plugin);
    });
}

function append(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new InvalidArgumentError("It must be a whole number from 1 to 9999.");
  return Number(text);
}
