import type { Dataset } from "../datasets/dataset.ts";
import { PruneLabError } from "../foundations/errors.ts";
import { explainWriteError } from "../recording/write-error.ts";
import type { OnStudyEvent } from "./events.ts";
import type { Run, StudyPlan } from "./plan.ts";
import { openPool } from "./pool.ts";
import { Progress } from "./progress.ts";
import type { RunResult, RunSettings } from "./run.ts";
import type { RunStore, StoredRun } from "./store.ts";

export interface ComputeRequest {
  readonly plan: StudyPlan;
  readonly store: RunStore;
  readonly settings: RunSettings;
  readonly dataset: Dataset;
  readonly engine: string;
  readonly workers: number;
  readonly keepWeights: (run: Run) => boolean;
  readonly signal: AbortSignal;
  readonly onEvent: OnStudyEvent;
  /** Told once, when it is known what is stored already. */
  readonly announce: (counts: { runs: number; stored: number; workers: number }) => void;
}

/**
 * Computes the runs that are not stored yet, each as soon as its parent is there, and returns all of them.
 * Throws the first error once the runs in flight have ended, or a PruneLabError of kind `interrupted`.
 */
export async function computeRuns(request: ComputeRequest): Promise<ReadonlyMap<string, StoredRun>> {
  const { plan, store, settings, dataset, onEvent, signal } = request;
  const stored = await readStored(plan, store, request.keepWeights);
  const missing = plan.runs.filter(({ id }) => !stored.has(id));
  const workers = Math.max(1, Math.min(request.workers, missing.length));
  request.announce({ runs: plan.runs.length, stored: stored.size, workers });
  if (missing.length === 0) return stored;

  const progress = new Progress(missing, settings, dataset.train.count);
  const setup = { dataset, settings, engine: request.engine, storeFolder: store.folder };
  const pool = openPool(setup, workers, ({ run, steps }) => {
    const { label, kind, started, fraction } = progress.update(run, steps);
    if (started) onEvent({ event: "run-started", run: label, kind });
    onEvent({ event: "run-progress", run: label, fraction, total: progress.total() });
  });

  const computeOne = async (run: Run, parent: Promise<void> | undefined) => {
    await parent;
    await pool.compute({ run, keepWeights: request.keepWeights(run) });
    const finished = await store.read(run.id);
    if (finished === undefined) throw new Error(`${run.label} was computed but is not in ${store.folder}`);
    stored.set(run.id, finished);
    progress.finish(run.id);
    onEvent({
      event: "run-finished",
      run: run.label,
      kind: run.kind,
      status: finished.result.status,
      ...testMeasureOf(finished.result),
      seconds: finished.timing.seconds,
      total: progress.total(),
    });
  };

  const stop = () => void pool.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    const started = new Map<string, Promise<void>>();
    for (const run of missing) {
      started.set(run.id, computeOne(run, run.kind === "point" ? started.get(run.parent) : undefined));
    }
    await Promise.all(started.values());
    return stored;
  } catch (error) {
    if (!signal.aborted) throw explainWriteError(error, store.folder);
    throw new PruneLabError(
      "interrupted",
      `Interrupted: ${stored.size} of ${plan.runs.length} runs are kept.`,
      {
        hint: "Run the same command again to continue.",
      },
    );
  } finally {
    signal.removeEventListener("abort", stop);
    await pool.close();
  }
}

async function readStored(
  plan: StudyPlan,
  store: RunStore,
  keepWeights: (run: Run) => boolean,
): Promise<Map<string, StoredRun>> {
  const stored = new Map<string, StoredRun>();
  for (const run of plan.runs) {
    const found = await store.read(run.id);
    if (found !== undefined && (found.hasWeights || !keepWeights(run))) stored.set(run.id, found);
  }
  return stored;
}

function testMeasureOf(result: RunResult) {
  return result.kind === "baseline" ? result.trained : result.recovered;
}
