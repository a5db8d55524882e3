import { Piscina } from "piscina";
import { PruneLabError } from "../../foundations/errors.ts";
import { bundledFile } from "../../foundations/paths.ts";
import { loadedPlugins } from "../../foundations/plugins.ts";
import { countLoadedThreads, untilLoaded } from "../../foundations/thread-loading.ts";
import type { ProgressMessage } from "../executor.ts";
import type { HelpTask, TaskOutcome, ThreadTask, WorkerStart } from "./worker.ts";

/** Worker threads that compute runs of any study. */
export interface RunPool {
  /** Computes and stores one run; rejects when it fails or the pool is closed. */
  compute(task: ThreadTask): Promise<void>;
  /** Lets a thread help another; ends when it has been told to, and when the pool is closed. */
  help(task: HelpTask): Promise<void>;
  /** Ends the threads; runs in flight are lost. */
  close(): Promise<void>;
}

/** A worker thread runs built code. */
const WORKER_FILE = bundledFile("worker");

/** Threads that start with the pool; others when there is work for them. */
const FIRST_THREADS = 4;

export interface PoolSize {
  readonly threads: number;
  /** At once; default 1. More are for an engine that computes elsewhere, while the thread waits. */
  readonly runsAThread?: number;
}

/**
 * Starts the first of the threads, which open the engine before they have anything to compute. `onProgress` hears of each
 * run several times a second.
 */
export function openPool(
  { threads, runsAThread = 1 }: PoolSize,
  engine: string,
  onProgress: (message: ProgressMessage) => void,
): RunPool {
  const loaded = countLoadedThreads();
  const pool = new Piscina({
    filename: WORKER_FILE,
    workerData: { engine, plugins: loadedPlugins(), loaded } satisfies WorkerStart,
    minThreads: Math.min(threads, FIRST_THREADS),
    maxThreads: threads,
    concurrentTasksPerWorker: runsAThread,
    idleTimeout: Number.POSITIVE_INFINITY,
  });
  pool.on("message", (message: ProgressMessage) => onProgress(message));
  return {
    compute: async (task) => {
      const outcome: TaskOutcome = await pool.run(task);
      if (!outcome.ok) throw new PruneLabError(outcome.kind, outcome.message, { hint: outcome.hint });
    },
    help: (task) => pool.run(task, { name: "help" }),
    close: async () => {
      await untilLoaded(loaded, pool.threads.length);
      await pool.destroy();
    },
  };
}
