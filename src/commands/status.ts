import type { Command } from "commander";
import { type ClusterStatus, clusterStatus } from "../library/cluster-tasks.ts";
import { print, printJson } from "./output.ts";
import { addPluginFlag } from "./run-flags.ts";

const EXAMPLES = `
Examples:
  prune-lab status results/my-study
  prune-lab sweep --config my-study --on slurm      (follows it, and writes the tables in the end)
  prune-lab cancel results/my-study`;

/** Adds `prune-lab status FOLDER`. */
export function registerStatus(program: Command): void {
  const command = program
    .command("status")
    .summary("how far a sweep on a cluster is")
    .description(
      "Tells how many runs of a sweep that was put on a cluster are stored, and what its tasks do.",
    )
    .argument("<folder>", "results folder of the sweep")
    .option("--json", "print it as JSON");
  addPluginFlag(command).addHelpText("after", EXAMPLES).action(runStatus);
}

async function runStatus(folder: string, { json }: { readonly json?: true }): Promise<void> {
  const status = await clusterStatus(folder);
  if (json) printJson({ event: "status", folder, ...status });
  else
    print(
      status === undefined
        ? `${folder}: none of its tasks is with a scheduler.\n`
        : `${statusText(status)}\n`,
    );
}

function statusText({
  study,
  runs,
  stored,
  queue,
  token,
  folder,
  scheduler,
  remarks,
}: ClusterStatus): string {
  const groups = new Map<string, number>();
  for (const { state, reason } of queue) {
    const what = state === "PENDING" ? `waiting${reason === "" ? "" : ` (${reason})`}` : state.toLowerCase();
    groups.set(what, (groups.get(what) ?? 0) + 1);
  }
  const tasks =
    queue.length === 0 ? "none" : [...groups].map(([what, count]) => `${count} ${what}`).join(", ");
  return [
    `study    ${study}, in ${folder}`,
    `runs     ${stored} of ${runs} are stored`,
    `tasks    ${tasks}`,
    scheduler === "slurm"
      ? `name     ${token}, as squeue --name takes it`
      : `name     ${token}, in ${scheduler}`,
    ...remarks,
    ...(queue.length === 0
      ? ["Run the sweep's command again: it submits what is missing, and writes tables and charts."]
      : []),
  ].join("\n");
}
