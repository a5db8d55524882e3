import type { Command } from "commander";
import { work } from "../library/cluster-tasks.ts";
import { positiveInteger } from "./run-flags.ts";

/** Exit codes of a task that was ended, as a shell counts signals, and of one whose node does not fit. */
const EXIT_CODES = { done: 0, failed: 3, misfit: 4, interrupted: 143 } as const;

/** Adds `prune-lab work FOLDER --task N`, which is for nodes of a cluster and not for people. */
export function registerWork(program: Command): void {
  program
    .command("work", { hidden: true })
    .description("Computes one task of a sweep on a cluster. The scheduler calls it: see sweep --on.")
    .argument("<folder>", "results folder of the sweep")
    .requiredOption("--task <number>", "array and element, such as 3.17")
    .option("--threads <n>", "threads that compute", positiveInteger)
    .action(runWork);
}

async function runWork(
  folder: string,
  { task, threads }: { readonly task: string; readonly threads?: number },
): Promise<void> {
  const stop = new AbortController();
  const wind = new AbortController();
  // SIGTERM: cancelled. SIGUSR1: the time is nearly over.
  process.once("SIGTERM", () => stop.abort());
  process.once("SIGINT", () => stop.abort());
  process.on("SIGUSR1", () => wind.abort());
  // A worker that is gone cannot say so: its channel ends.
  if (process.connected) {
    process.once("disconnect", () => process.exit(EXIT_CODES.interrupted));
    process.channel?.unref();
  }
  process.exitCode = EXIT_CODES[await work(folder, task, { threads, stop: stop.signal, wind: wind.signal })];
}
