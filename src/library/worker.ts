import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { parseRedisAddress } from "../cluster/redis/address.ts";
import { serveTasks } from "../cluster/redis/worker.ts";
import { inputError } from "../foundations/errors.ts";

export interface WorkerOptions {
  /** The shared folder: a results folder, or one that results folders are in. */
  readonly results: string;
  /** Threads of a task (default: one for each processor core). */
  readonly workers?: number | undefined;
  /** Aborting ends it: the task that is being computed goes back into the queue. */
  readonly signal: AbortSignal;
  readonly tell: (message: string) => void;
}

/** Takes tasks from Redis until the signal is aborted. Throws a PruneLabError of kind `input` where it cannot begin. */
export async function serveSweeps(address: string, options: WorkerOptions): Promise<void> {
  const { results, workers, signal, tell } = options;
  const parsed = parseRedisAddress(address);
  const isFolder = await stat(results).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw inputError(`${results} is no folder here.`, {
      hint: "Name the folder that results are in, on a disk that the machine of the sweep sees too.",
    });
  }
  await serveTasks({
    address: parsed,
    results: path.resolve(results),
    threads: workers ?? availableParallelism(),
    signal,
    tell,
  });
}
