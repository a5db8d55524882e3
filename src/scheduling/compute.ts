import type { DatasetHandle } from "../datasets/dataset-cache.ts";
import type { EngineDescription } from "../engines/engine.ts";
import { runCost } from "../experiment/cost.ts";
import type { Run } from "../experiment/plan.ts";
import { type RunResult, type RunSettings, runSteps } from "../experiment/run.ts";
import { PruneLabError } from "../foundations/errors.ts";
import { explainWriteError } from "../recording/write-error.ts";
import type { OnStudyEvent } from "./events.ts";
import { Progress } from "./progress.ts";
import type { RunStore, StoredRun } from "./store.ts";
import type { Lanes } from "./threads/lanes.ts";

/** One study's share of a computation. */
export interface StudyWork {
  readonly study: string;
  /** The runs that must be stored in the end, parents first. */
  readonly runs: readonly Run[];
  readonly store: RunStore;
  readonly settings: RunSettings;
  readonly data: DatasetHandle;
  readonly engine: Pick<EngineDescription, "name" | "maxWorkers">;
  readonly keepWeights: (run: Run) => boolean;
  /** Told once, when it is known what is stored already. */
  readonly announce: (counts: { runs: number; stored: number; workers: number }) => void;
}

export interface ComputeRequest {
  readonly workers: number;
  /** The threads; closed when the last run has ended. */
  readonly lanes: Lanes;
  /** When a run fails, the studies that do not need it go on. */
  readonly keepGoing: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: OnStudyEvent;
  /** Called when no run waits for a thread any more, so that cores fall idle soon. */
  readonly onLastStarted: () => void;
}

export type StoredRuns = ReadonlyMap<string, StoredRun>;

/** A run that has to be computed, once, for every study that plans it. */
interface Job {
  readonly run: Run;
  readonly owners: [Owner, ...Owner[]];
  /** Which free run goes first: the study that comes first, baselines, the costly, the dense. */
  readonly rank: readonly number[];
}

/** A study's progress through its part. */
interface Owner {
  readonly work: StudyWork;
  readonly stored: Map<string, StoredRun>;
  error: unknown;
}

/**
 * Computes the runs that are not stored yet, equal ones once, on one pool of workers: each as soon as its parent
 * is there, baselines before points and longest first, the first study's before the second's. Returns a promise
 * for each study, in order, that gives its runs as soon as they are complete. It rejects when none of the study's
 * runs is being computed any more: with the first error, or with a PruneLabError of kind `interrupted`.
 */
export async function computeRuns(
  works: readonly StudyWork[],
  request: ComputeRequest,
): Promise<readonly Promise<StoredRuns>[]> {
  const { lanes, signal, onEvent } = request;
  const owners = works.map((work): Owner => ({ work, stored: new Map(), error: undefined }));
  await readStored(owners);
  const jobs = planJobs(owners);
  for (const { work, stored } of owners) {
    const missing = work.runs.length - stored.size;
    const workers = Math.max(1, Math.min(request.workers, work.engine.maxWorkers ?? missing, jobs.size));
    work.announce({ runs: work.runs.length, stored: stored.size, workers });
  }

  const progress = new Progress();
  for (const { run, owners: sharing } of jobs.values()) {
    const [{ work }] = sharing;
    const { train } = work.data.facts.examples;
    progress.add(run, { steps: runSteps(run.kind, work.settings, train), cost: costOf(run, work) });
  }

  lanes.onProgress = tellProgress;
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= lanes.close();
  };
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();

  function tellProgress({ run: id, steps }: { readonly run: string; readonly steps: number }): void {
    const job = jobs.get(id);
    if (job === undefined || stopped !== undefined) return;
    const [owner] = job.owners;
    const { started, fraction } = progress.update(id, steps);
    const told = { study: owner.work.study, run: labelIn(owner, job.run) };
    if (started) onEvent({ event: "run-started", ...told, kind: job.run.kind });
    onEvent({ event: "run-progress", ...told, fraction, total: progress.total() });
  }

  let waiting = jobs.size;
  if (waiting === 0) request.onLastStarted();

  const computeJob = async (job: Job, parent: Promise<void> | undefined) => {
    await parent;
    if (stopped !== undefined) throw new NotStarted();
    const { pool, slots, assistants } = lanes.of(job.owners[0].work.engine);
    const computedBy = await slots.run(job.rank, async () => {
      const computing = job.owners.find(({ error }) => error === undefined);
      if (stopped !== undefined || computing === undefined) throw new NotStarted();
      if (--waiting === 0) request.onLastStarted();
      const { settings, engine, store, data } = computing.work;
      const task = {
        run: job.run,
        keepWeights: job.owners.some(({ work }) => work.keepWeights(job.run)),
        dataset: await data.load(),
        settings,
        engine: engine.name,
        storeFolder: store.folder,
      };
      if (job.run.kind === "point") await pool.compute(task);
      else await assistants.lead(engine.name, (meeting) => pool.compute({ ...task, meeting }));
      // What hangs on a baseline is ready when its slot is free.
      if (job.run.kind === "baseline") await handOut(job, computing);
      return computing;
    });
    if (job.run.kind === "point") await handOut(job, computedBy);
  };

  const handOut = async ({ run, owners: sharing }: Job, computedBy: Owner) => {
    const { store } = computedBy.work;
    const finished = await store.read(run.id);
    if (finished === undefined) throw new Error(`${run.label} was computed but is not in ${store.folder}`);
    progress.finish(run.id, finished.timing.seconds);
    for (const owner of sharing) await give(owner, run, finished, computedBy);
  };

  const give = async (owner: Owner, run: Run, finished: StoredRun, computing: Owner) => {
    const { work, stored } = owner;
    if (owner !== computing) await work.store.adopt(computing.work.store, run.id, work.keepWeights(run));
    stored.set(run.id, finished);
    onEvent({
      event: "run-finished",
      study: work.study,
      run: labelIn(owner, run),
      kind: run.kind,
      status: finished.result.status,
      ...testMeasureOf(finished.result),
      seconds: finished.timing.seconds,
      sharedFrom: owner === computing ? null : computing.work.study,
      total: progress.total(),
    });
  };

  const started = new Map<string, Promise<void>>();
  for (const job of jobs.values()) {
    const { run } = job;
    const parent = run.kind === "point" ? started.get(run.parent) : undefined;
    const ending = computeJob(job, parent).catch((error: unknown) => {
      // Closing the pool fails what is in flight, in words of its own.
      const cause = stopped === undefined ? error : new NotStarted();
      for (const owner of job.owners) owner.error ??= cause;
      if (!request.keepGoing) stop();
      throw error;
    });
    started.set(run.id, ending);
  }

  const endings = owners.map(async (owner): Promise<StoredRuns> => {
    const { work, stored } = owner;
    const mine = work.runs.flatMap(({ id }) => started.get(id) ?? []);
    await Promise.allSettled(mine);
    // Nothing writes to this study's folder after this: its runs have ended, and the pool too if it was stopped.
    await stopped;
    work.data.release();
    if (stored.size === work.runs.length) return stored;
    if (!signal.aborted && !(owner.error instanceof NotStarted)) {
      throw explainWriteError(owner.error, work.store.folder);
    }
    const what = signal.aborted ? "Interrupted" : "Not finished";
    throw new PruneLabError("interrupted", `${what}: ${stored.size} of ${work.runs.length} runs are kept.`, {
      hint: "Run the same command again to continue.",
    });
  });
  void Promise.allSettled(endings).then(() => {
    signal.removeEventListener("abort", stop);
    stop();
  });
  return endings;
}

/** A run that was not begun, because its studies had failed or everything was stopped. */
class NotStarted extends Error {}

/** Finds what each study has already, and what it can take over from the others' folders. */
async function readStored(owners: readonly Owner[]): Promise<void> {
  for (const { work, stored } of owners) {
    for (const run of work.runs) {
      const found = await work.store.read(run.id);
      if (found !== undefined && (found.hasWeights || !work.keepWeights(run))) stored.set(run.id, found);
    }
  }
  for (const { work, stored } of owners) {
    for (const run of work.runs.filter(({ id }) => !stored.has(id))) {
      const other = owners.find((owner) => {
        const held = owner.stored.get(run.id);
        return held !== undefined && (held.hasWeights || !work.keepWeights(run));
      });
      const held = other?.stored.get(run.id);
      if (other === undefined || held === undefined) continue;
      await work.store.adopt(other.work.store, run.id, work.keepWeights(run));
      stored.set(run.id, held);
    }
  }
}

/** The runs that no study has, parents first, each with all the studies that lack it. */
function planJobs(owners: readonly Owner[]): ReadonlyMap<string, Job> {
  const jobs = new Map<string, Job>();
  for (const [order, owner] of owners.entries()) {
    for (const run of owner.work.runs.filter(({ id }) => !owner.stored.has(id))) {
      const job = jobs.get(run.id);
      if (job !== undefined) {
        job.owners.push(owner);
        continue;
      }
      const rank = [
        order,
        run.kind === "baseline" ? 0 : 1,
        -costOf(run, owner.work),
        run.kind === "baseline" ? 0 : run.sparsity,
      ];
      jobs.set(run.id, { run, owners: [owner], rank });
    }
  }
  return jobs;
}

function costOf(run: Run, { settings, data, engine }: StudyWork): number {
  return runCost(run, settings, data.facts.examples, engine.name);
}

/** The dense control is named after the study's first method, so an equal run may have another name there. */
function labelIn({ work }: Owner, { id, label }: Run): string {
  return work.runs.find((run) => run.id === id)?.label ?? label;
}

function testMeasureOf(result: RunResult): {
  readonly accuracy: number | null;
  readonly loss: number | null;
} {
  const { accuracy, loss } = result.kind === "baseline" ? result.trained : result.recovered;
  return { accuracy, loss };
}
