import { parentPort, workerData } from "node:worker_threads";
import type { Dataset } from "../../datasets/dataset.ts";
import type { Engine } from "../../engines/engine.ts";
import { openEngine } from "../../engines/registry.ts";
import { loadRunPlugins } from "../../experiment/plugins/plugins.ts";
import { collectGarbage } from "../../foundations/collect-garbage.ts";
import { PruneLabError } from "../../foundations/errors.ts";
import type { PluginReference } from "../../foundations/plugins.ts";
import { type LoadedThreads, noteLoaded } from "../../foundations/thread-loading.ts";
import { parameterCount } from "../../network/parameters.ts";
import { explainWriteError } from "../../recording/write-error.ts";
import { computeAndStore } from "../compute-and-store.ts";
import type { ProgressMessage, RunTask } from "../executor.ts";
import type { SharedWeights } from "../run-folders.ts";

/**
 * The code of one worker thread: computes runs one after the other, or several at once where the pool gives it several,
 * and stores each as soon as it is finished,
 * so that nothing is lost when the process is killed. Results travel through the store alone.
 */
export interface WorkerStart {
  /** What the thread's first run will need. */
  readonly engine: string;
  readonly plugins: readonly PluginReference[];
  /** Where the thread counts itself when it has loaded. */
  readonly loaded: LoadedThreads;
}

/** A task, and what threads of one process share. */
export interface ThreadTask {
  readonly task: RunTask;
  /** Its buffers are shared memory: every worker reads the same bytes. */
  readonly dataset: Dataset;
  /** Large weights that the run hangs on, in shared memory too. */
  readonly weights?: SharedWeights | undefined;
  /** Where other threads may help. */
  readonly meeting?: SharedArrayBuffer | undefined;
}

export interface HelpTask {
  readonly engine: string;
  readonly meeting: SharedArrayBuffer;
  /** When over[0] is no longer 0, the thread is wanted elsewhere. */
  readonly over: Int32Array<SharedArrayBuffer>;
}

export type TaskOutcome =
  | { readonly ok: true }
  | ({ readonly ok: false } & Pick<PruneLabError, "kind" | "message" | "hint">);

const PROGRESS_INTERVAL_MILLISECONDS = 100;

const engines = new Map<string, Promise<Engine>>();
/** The last task's: what an engine found out about its examples, it remembers by the object. */
let dataset: Dataset | undefined;

const start = workerData as WorkerStart;
// Opened while the data is being read. If it fails, the first run tells. Waited for here: a thread that waits for its
// first task lets nothing else go on.
const plugins = loadRunPlugins(start.plugins);
await Promise.allSettled([engineNamed(start.engine), plugins]);
noteLoaded(start.loaded);

/** Computes and stores one run. An error the user can act on is returned: its class would not survive the thread. */
export default async function computeRun({
  task,
  dataset: given,
  weights,
  meeting,
}: ThreadTask): Promise<TaskOutcome> {
  try {
    if (dataset?.checksum !== given.checksum) dataset = given;
    const own = dataset;
    await plugins;
    const engine = await engineNamed(task.engine);
    const environment = { engine, dataset: own, meeting, onStep: progressOf(task.run.id) };
    await computeAndStore(task, environment, weights);
    // A thread without another run would hold what this one had.
    collectGarbage(4 * parameterCount(task.settings.network));
    return { ok: true };
  } catch (error) {
    const explained = explainWriteError(error, task.storeFolder);
    if (!(explained instanceof PruneLabError)) throw explained;
    const { kind, message, hint } = explained;
    return { ok: false, kind, message, hint };
  }
}

/** Takes part in another thread's baseline, where the engine can. */
export async function help({ engine, meeting, over }: HelpTask): Promise<void> {
  (await engineNamed(engine)).help?.(meeting, over);
}

function progressOf(run: string): (steps: number) => void {
  let lastMessage = Number.NEGATIVE_INFINITY;
  return (steps) => {
    const now = performance.now();
    if (now - lastMessage < PROGRESS_INTERVAL_MILLISECONDS) return;
    lastMessage = now;
    parentPort?.postMessage({ run, steps } satisfies ProgressMessage);
  };
}

/** Opened once a thread. */
function engineNamed(name: string): Promise<Engine> {
  const engine = engines.get(name) ?? openEngine(name, () => {});
  engines.set(name, engine);
  return engine;
}
