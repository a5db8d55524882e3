import type { Command } from "commander";
import { serveSweeps } from "../library/worker.ts";
import { untilInterrupted } from "./interruption.ts";
import { tell } from "./output.ts";
import { positiveInteger } from "./run-flags.ts";

const EXAMPLES = `
Examples:
  prune-lab worker redis://10.0.0.5:6379 --results /shared/results
  prune-lab sweep --config my-study --out /shared/results/my-study --on redis://10.0.0.5:6379

A password is taken from PRUNE_LAB_REDIS_PASSWORD. It takes tasks until Ctrl-C (or SIGTERM), which puts the one that
is being computed back into the queue. See docs/cluster.md.`;

/** Adds `prune-lab worker redis://HOST`. */
export function registerWorker(program: Command): void {
  program
    .command("worker")
    .summary("compute tasks of sweeps on this machine, from a queue in Redis")
    .description(
      "Takes tasks of sweeps that were started with --on redis://HOST, one at a time, and stores their runs in the folder " +
        "that all machines share.",
    )
    .argument("<address>", "the Redis server, such as redis://10.0.0.5:6379")
    .requiredOption(
      "--results <folder>",
      "the results folder of a sweep, or the folder that those of several are in",
    )
    .option(
      "--workers <n>",
      "threads that compute a task (default: one for each processor core)",
      positiveInteger,
    )
    .addHelpText("after", EXAMPLES)
    .action(runWorker);
}

async function runWorker(
  address: string,
  flags: { readonly results: string; readonly workers?: number },
): Promise<void> {
  await untilInterrupted((signal) => serveSweeps(address, { ...flags, signal, tell }));
}
