import type { Command } from "commander";
import { cancelSweep } from "../library/cluster-tasks.ts";
import { print } from "./output.ts";

const EXAMPLES = `
Examples:
  prune-lab cancel results/my-study
  prune-lab status results/my-study`;

/** Adds `prune-lab cancel FOLDER`. */
export function registerCancel(program: Command): void {
  program
    .command("cancel")
    .summary("take a sweep's tasks out of a cluster's queue")
    .description(
      "Takes all tasks of a sweep that was put on a cluster out of the queue, and waits until they have ended. " +
        "What is finished stays in the folder: the sweep's command continues it.",
    )
    .argument("<folder>", "results folder of the sweep")
    .addHelpText("after", EXAMPLES)
    .action(runCancel);
}

async function runCancel(folder: string): Promise<void> {
  const tasks = await cancelSweep(folder);
  print(
    tasks === undefined
      ? `${folder}: none of its tasks is with a scheduler.\n`
      : `${folder}: ${tasks} ${tasks === 1 ? "task" : "tasks"} cancelled. Finished runs are kept.\n`,
  );
}
