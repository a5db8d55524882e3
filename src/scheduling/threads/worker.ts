import { parentPort, workerData } from "node:worker_threads";
import type { Dataset } from "../../datasets/dataset.ts";
import type { Engine } from "../../engines/engine.ts";
import { openEngine } from "../../engines/registry.ts";
import type { PointRun, Run } from "../../experiment/plan.ts";
import { type RunSettings, runBaseline, runPoint } from "../../experiment/run.ts";
import { failure, PruneLabError } from "../../foundations/errors.ts";
import { explainWriteError } from "../../recording/write-error.ts";
import { RunStore } from "../store.ts";

/**
 * The code of one worker thread: computes runs one after the other and stores each as soon as it is finished,
 * so that nothing is lost when the process is killed. Results travel through the store alone.
 */
export interface WorkerStart {
  /** What the thread's first run will need. */
  readonly engine: string;
}

export interface RunTask {
  readonly run: Run;
  readonly keepWeights: boolean;
  /** Its buffers are shared memory: every worker reads the same bytes. */
  readonly dataset: Dataset;
  readonly settings: RunSettings;
  readonly engine: string;
  readonly storeFolder: string;
  /** Where other threads may assist, if it is a baseline. */
  readonly meeting?: SharedArrayBuffer | undefined;
}

export interface AssistTask {
  readonly engine: string;
  readonly meeting: SharedArrayBuffer;
  /** When over[0] is no longer 0, the thread is wanted elsewhere. */
  readonly over: Int32Array<SharedArrayBuffer>;
}

export interface ProgressMessage {
  readonly run: string;
  /** Optimizer steps done. */
  readonly steps: number;
}

export type TaskOutcome =
  | { readonly ok: true }
  | ({ readonly ok: false } & Pick<PruneLabError, "kind" | "message" | "hint">);

const PROGRESS_INTERVAL_MILLISECONDS = 100;

const engines = new Map<string, Promise<Engine>>();
/** The last task's: what an engine found out about its examples, it remembers by the object. */
let dataset: Dataset | undefined;

// Opened while the data is being read. If it fails, the first run tells.
engineNamed((workerData as WorkerStart).engine).catch(() => {});

/** Computes and stores one run. An error the user can act on is returned: its class would not survive the thread. */
export default async function computeRun(task: RunTask): Promise<TaskOutcome> {
  try {
    await computeAndStore(task);
    return { ok: true };
  } catch (error) {
    const explained = explainWriteError(error, task.storeFolder);
    if (!(explained instanceof PruneLabError)) throw explained;
    const { kind, message, hint } = explained;
    return { ok: false, kind, message, hint };
  }
}

/** Takes part in another thread's baseline, where the engine can. */
export async function assist({ engine, meeting, over }: AssistTask): Promise<void> {
  (await engineNamed(engine)).help?.(meeting, over);
}

async function computeAndStore(task: RunTask): Promise<void> {
  const { run, settings } = task;
  if (dataset?.checksum !== task.dataset.checksum) dataset = task.dataset;
  const store = new RunStore(task.storeFolder, settings.network);
  const started = performance.now();
  let lastMessage = Number.NEGATIVE_INFINITY;
  const onStep = (steps: number) => {
    const now = performance.now();
    if (now - lastMessage < PROGRESS_INTERVAL_MILLISECONDS) return;
    lastMessage = now;
    parentPort?.postMessage({ run: run.id, steps } satisfies ProgressMessage);
  };
  onStep(0);
  const environment = {
    settings,
    engine: await engineNamed(task.engine),
    dataset,
    meeting: task.meeting,
    onStep,
  };
  const output =
    run.kind === "baseline"
      ? await runBaseline(run, environment)
      : await runPoint(run, await parentOf(run, store), environment);
  const timing = {
    seconds: (performance.now() - started) / 1000,
    trainSeconds: output.trainSeconds,
    trainedExamples: Math.max(0, output.result.history.length - 1) * dataset.train.count,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
  await store.write(run, output, timing, task.keepWeights);
}

/** Opened once a thread. */
function engineNamed(name: string): Promise<Engine> {
  const engine = engines.get(name) ?? openEngine(name, () => {});
  engines.set(name, engine);
  return engine;
}

async function parentOf(run: PointRun, store: RunStore) {
  const parent = await store.readWithWeights(run.parent);
  if (parent === undefined) {
    throw failure(`${run.label}: its baseline is no longer in ${store.folder}.`, {
      hint: "Something removed or changed it while the sweep ran. Run the same command again to continue.",
    });
  }
  return { status: parent.result.status, parameters: parent.parameters };
}
