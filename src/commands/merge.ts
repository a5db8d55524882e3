import path from "node:path";
import type { Command } from "commander";
import { merge } from "../library/merge.ts";
import { print } from "./output.ts";
import { openReporter } from "./progress/reporter.ts";
import { addPluginFlag, chartsFlag } from "./run-flags.ts";

const EXAMPLES = `
Examples:
  prune-lab sweep --config mnist-cnn --shard 1/2 --out part-1      (on one machine)
  prune-lab sweep --config mnist-cnn --shard 2/2 --out part-2      (on another)
  prune-lab merge results/mnist-cnn part-1 part-2

  prune-lab batch configs/*.yaml --shard 1/3 --out part-1          (and 2/3, 3/3)
  prune-lab merge results part-1 part-2 part-3

Exit codes: 0 done; 2 wrong input: parts of different sweeps, runs that no part holds, a part in use.`;

/** Adds `prune-lab merge OUT PARTS...`. */
export function registerMerge(program: Command): void {
  const command = program
    .command("merge")
    .summary("join the parts that --shard made")
    .description(
      "Joins the parts of a sweep or batch that was computed with --shard. OUT is then as if it had been computed " +
        "in one go. Needs neither the dataset nor the engine.",
    )
    .argument("<out>", "folder of the whole")
    .argument("<parts...>", "folders of the parts, in any order")
    .addOption(chartsFlag())
    .option("--json", "print progress as JSON, one event on each line (docs/events.md)")
    .option("--quiet", "print nothing but errors");
  addPluginFlag(command).addHelpText("after", EXAMPLES).action(runMerge);
}

interface Flags {
  readonly charts: boolean;
  readonly json?: true;
  readonly quiet?: true;
}

async function runMerge(out: string, parts: readonly string[], flags: Flags): Promise<void> {
  const reporter = openReporter(flags);
  const outcomes = await merge(out, parts, { charts: flags.charts, onEvent: reporter.onEvent });
  if (flags.json || flags.quiet) return;
  for (const { folder, runs, charts } of outcomes) {
    print(
      `${path.normalize(folder)}: ${runs} runs, tables, ${charts ? "charts and " : "and "}checkpoints.\n`,
    );
  }
}
