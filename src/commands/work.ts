import type { Command } from "commander";
import { work } from "../library/cluster-tasks.ts";

/** Exit codes of a task that was ended, as a shell counts signals, and of one whose node does not fit. */
const EXIT_CODES = { done: 0, failed: 3, misfit: 4, interrupted: 143 } as const;

/** Adds `prune-lab work FOLDER --task N`, which is for nodes of a cluster and not for people. */
export function registerWork(program: Command): void {
  program
    .command("work", { hidden: true })
    .description("Computes one task of a sweep on a cluster. The scheduler calls it: see sweep --on.")
    .argument("<folder>", "results folder of the sweep")
    .requiredOption("--task <number>", "array and element, such as 3.17")
    .action(runWork);
}

async function runWork(folder: string, { task }: { readonly task: string }): Promise<void> {
  const stop = new AbortController();
  const wind = new AbortController();
  // SIGTERM: cancelled. SIGUSR1: the time is nearly over.
  process.once("SIGTERM", () => stop.abort());
  process.once("SIGINT", () => stop.abort());
  process.on("SIGUSR1", () => wind.abort());
  process.exitCode = EXIT_CODES[await work(folder, task, { stop: stop.signal, wind: wind.signal })];
}
