import { parentPort, workerData } from "node:worker_threads";
import type { Dataset } from "../datasets/dataset.ts";
import type { Engine } from "../engines/engine.ts";
import { openEngine } from "../engines/registry.ts";
import { failure, PruneLabError } from "../foundations/errors.ts";
import { explainWriteError } from "../recording/write-error.ts";
import type { PointRun, Run } from "./plan.ts";
import { type RunSettings, runBaseline, runPoint } from "./run.ts";
import { RunStore } from "./store.ts";

/**
 * The code of one worker thread: computes runs one after the other and stores each as soon as it is finished,
 * so that nothing is lost when the process is killed. Results travel through the store alone.
 */
export interface WorkerSetup {
  /** Its buffers are shared memory: every worker reads the same bytes. */
  readonly dataset: Dataset;
  readonly settings: RunSettings;
  readonly engine: string;
  readonly storeFolder: string;
}

export interface RunTask {
  readonly run: Run;
  readonly keepWeights: boolean;
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

const { dataset, settings, engine: engineName, storeFolder } = workerData as WorkerSetup;
const store = new RunStore(storeFolder, settings.network);
let openedEngine: Promise<Engine> | undefined;

/** Computes and stores one run. An error the user can act on is returned: its class would not survive the thread. */
export default async function computeRun(task: RunTask): Promise<TaskOutcome> {
  try {
    await computeAndStore(task);
    return { ok: true };
  } catch (error) {
    const explained = explainWriteError(error, storeFolder);
    if (!(explained instanceof PruneLabError)) throw explained;
    const { kind, message, hint } = explained;
    return { ok: false, kind, message, hint };
  }
}

async function computeAndStore({ run, keepWeights }: RunTask): Promise<void> {
  const started = performance.now();
  let lastMessage = Number.NEGATIVE_INFINITY;
  const onStep = (steps: number) => {
    const now = performance.now();
    if (now - lastMessage < PROGRESS_INTERVAL_MILLISECONDS) return;
    lastMessage = now;
    parentPort?.postMessage({ run: run.id, steps } satisfies ProgressMessage);
  };
  onStep(0);
  openedEngine ??= openEngine(engineName, () => {});
  const environment = { settings, engine: await openedEngine, dataset, onStep };
  const output =
    run.kind === "baseline"
      ? await runBaseline(run, environment)
      : await runPoint(run, await parentOf(run), environment);
  const timing = {
    seconds: (performance.now() - started) / 1000,
    trainSeconds: output.trainSeconds,
    trainedExamples: Math.max(0, output.result.history.length - 1) * dataset.train.count,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
  await store.write(run, output, timing, keepWeights);
}

async function parentOf(run: PointRun) {
  const parent = await store.read(run.parent);
  if (parent === undefined || !parent.hasWeights) {
    throw failure(`${run.label}: its baseline is no longer in ${storeFolder}.`, {
      hint: "Something removed or changed it while the sweep ran. Run the same command again to continue.",
    });
  }
  return { status: parent.result.status, ...(await store.readWeights(run.parent)) };
}
