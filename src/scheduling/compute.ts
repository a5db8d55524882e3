import { type Run, testedOf } from "../experiment/runs/index.ts";
import type { Artifact } from "../experiment/runs/run.ts";
import { PruneLabError } from "../foundations/errors.ts";
import { explainWriteError } from "../recording/write-error.ts";
import type { OnStudyEvent } from "./events.ts";
import type { Compute, Executor, ProgressMessage } from "./executor.ts";
import { type Job, labelIn, planJobs, type Share, type StudyWork } from "./jobs.ts";
import { Progress } from "./progress.ts";
import type { StoredRun } from "./store.ts";
import { findStored, NeededArtifacts, type StoredRuns } from "./stored-runs.ts";

export interface ComputeRequest {
  /** The most runs at a time. */
  readonly workers: number;
  /** Who computes; closed when the last run has ended. */
  readonly executor: Executor;
  /** When a run fails, the studies that do not need it go on. */
  readonly keepGoing: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: OnStudyEvent;
  /** Called when no run waits for its turn any more, so that cores fall idle soon. */
  readonly onLastStarted: () => void;
}

/**
 * Computes the runs that are not stored yet, equal ones once: each as soon as its parents are there, dense networks
 * before points and the longest line first, the first study's before the second's. Returns a promise for each study,
 * in order, that gives its runs as soon as they are complete. It rejects when none of the study's runs is being
 * computed any more: with the first error, or with a PruneLabError of kind `interrupted`.
 */
export async function computeRuns(
  works: readonly StudyWork[],
  request: ComputeRequest,
): Promise<readonly Promise<StoredRuns>[]> {
  const shares = await findStored(works);
  const jobs = planJobs(shares);
  for (const { work, stored } of shares) {
    const missing = work.runs.length - stored.size;
    const workers = Math.max(1, Math.min(request.workers, work.engine.maxWorkers ?? missing, jobs.size));
    work.announce({ runs: work.runs.length, stored: stored.size, workers });
  }
  return new Computation(shares, jobs, request).start();
}

/** A run that was not begun, because its studies had failed or everything was stopped. */
class NotStarted extends Error {}

class Computation {
  readonly #shares: readonly Share[];
  readonly #jobs: ReadonlyMap<string, Job>;
  readonly #request: ComputeRequest;
  readonly #progress = new Progress();
  /** By run that something hangs on: how many of these runs are not stored yet. */
  readonly #dependents = new Map<string, number>();
  readonly #endings = new Map<string, Promise<void>>();
  /** Runs that have not had their turn. */
  #waiting: number;
  #stopped: Promise<void> | undefined;

  constructor(shares: readonly Share[], jobs: ReadonlyMap<string, Job>, request: ComputeRequest) {
    this.#shares = shares;
    this.#jobs = jobs;
    this.#request = request;
    this.#waiting = jobs.size;
    for (const { run, steps, cost } of jobs.values()) {
      this.#progress.add(run, { steps, cost });
      for (const { run: parent } of run.parents) {
        this.#dependents.set(parent, (this.#dependents.get(parent) ?? 0) + 1);
      }
    }
  }

  start(): readonly Promise<StoredRuns>[] {
    const { executor, signal, onLastStarted } = this.#request;
    executor.onProgress = (message) => this.#tellProgress(message);
    const stop = () => this.#stop();
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    if (this.#waiting === 0) onLastStarted();
    for (const job of this.#jobs.values()) this.#endings.set(job.run.id, this.#begin(job));
    const ends = this.#shares.map((share) => this.#endOf(share));
    void Promise.allSettled(ends).then(() => {
      signal.removeEventListener("abort", stop);
      stop();
    });
    return ends;
  }

  /** Computes a run when its parents are there, and remembers what goes wrong. */
  async #begin(job: Job): Promise<void> {
    try {
      const parents = job.run.parents.map(({ run }) => this.#endings.get(run));
      await Promise.all(parents);
      this.#refuseIfStopped();
      const { executor } = this.#request;
      const { engine } = job.shares[0].work;
      // What hangs on a run must be ready when its turn ends; of others the record is read back in the next one's.
      const awaited = (this.#dependents.get(job.run.id) ?? 0) > 0;
      const computing = await executor.inTurn(engine, job.rank, async (compute) => {
        const share = await this.#compute(job, compute);
        if (awaited) await this.#handOut(job, share);
        return share;
      });
      if (!awaited) await this.#handOut(job, computing);
    } catch (error) {
      // Closing the executor fails what is in flight, in words of its own.
      const cause = this.#stopped === undefined ? error : new NotStarted();
      for (const share of job.shares) share.error ??= cause;
      if (!this.#request.keepGoing) this.#stop();
      throw error;
    }
  }

  /** Has its turn: computes and stores the run for the first study that goes on. */
  async #compute({ run, shares }: Job, compute: Compute): Promise<Share> {
    const computing = shares.find(({ error }) => error === undefined);
    this.#refuseIfStopped();
    if (computing === undefined) throw new NotStarted();
    if (--this.#waiting === 0) this.#request.onLastStarted();
    const { settings, engine, store, data } = computing.work;
    await compute({
      run,
      keep: [...new Set(shares.flatMap((share) => this.#needed(share, run)))],
      settings,
      dataset: data.reference,
      engine: engine.name,
      storeFolder: store.folder,
    });
    return computing;
  }

  /** Gives a stored run to all studies that plan it. */
  async #handOut({ run, shares }: Job, computing: Share): Promise<void> {
    const { store } = computing.work;
    const finished = await store.read(run.id);
    if (finished === undefined) throw new Error(`${run.label} was computed but is not in ${store.folder}`);
    this.#progress.finish(run.id, finished.timing.seconds);
    for (const share of shares) await this.#give(share, run, finished, computing);
    await this.#dropParents(run, shares);
  }

  /** What a study must have of a run: what it keeps, and what its runs that are not stored need. */
  #needed({ work, stored }: Share, run: Run): Artifact[] {
    const needed = new NeededArtifacts(work);
    if ((this.#dependents.get(run.id) ?? 0) > 0) {
      for (const other of work.runs) if (!stored.has(other.id)) needed.add(other);
    }
    return needed.of(run);
  }

  async #give(share: Share, run: Run, finished: StoredRun, computing: Share): Promise<void> {
    const { work, stored } = share;
    if (share !== computing) {
      await work.store.adopt(computing.work.store, run.id, this.#needed(share, run));
    }
    stored.set(run.id, finished);
    const { accuracy, loss } = testedOf(finished.result) ?? { accuracy: null, loss: null };
    this.#request.onEvent({
      event: "run-finished",
      study: work.study,
      run: labelIn(share, run),
      kind: run.kind,
      status: finished.result.status,
      accuracy,
      loss,
      seconds: finished.timing.seconds,
      sharedFrom: share === computing ? null : computing.work.study,
      total: this.#progress.total(),
    });
  }

  /** What only this run still needed of its parents goes. */
  async #dropParents(run: Run, shares: readonly Share[]): Promise<void> {
    for (const { run: parent } of run.parents) {
      const left = (this.#dependents.get(parent) ?? 1) - 1;
      this.#dependents.set(parent, left);
      if (left > 0) continue;
      for (const { work, stored } of shares) {
        const planned = work.runs.find(({ id }) => id === parent);
        const held = stored.get(parent);
        if (planned === undefined || held === undefined) continue;
        const kept = work.keeps(planned);
        if (held.artifacts.every((artifact) => kept.includes(artifact))) continue;
        await work.store.adopt(work.store, parent, kept);
        stored.set(parent, { ...held, artifacts: kept });
      }
    }
  }

  /** A study's runs, when the last of them has ended. */
  async #endOf(share: Share): Promise<StoredRuns> {
    const { work, stored } = share;
    const { signal } = this.#request;
    await Promise.allSettled(work.runs.flatMap(({ id }) => this.#endings.get(id) ?? []));
    // Nothing writes to this study's folder after this: its runs have ended, and the executor too if it was stopped.
    await this.#stopped;
    work.data.release();
    if (stored.size === work.runs.length) return stored;
    if (!signal.aborted && !(share.error instanceof NotStarted)) {
      throw explainWriteError(share.error, work.store.folder);
    }
    const what = signal.aborted ? "Interrupted" : "Not finished";
    throw new PruneLabError("interrupted", `${what}: ${stored.size} of ${work.runs.length} runs are kept.`, {
      hint: "Run the same command again to continue.",
    });
  }

  #tellProgress({ run: id, steps }: ProgressMessage): void {
    const job = this.#jobs.get(id);
    if (job === undefined || this.#stopped !== undefined) return;
    const [share] = job.shares;
    const { started, fraction } = this.#progress.update(id, steps);
    const told = { study: share.work.study, run: labelIn(share, job.run) };
    const { onEvent } = this.#request;
    if (started) onEvent({ event: "run-started", ...told, kind: job.run.kind });
    onEvent({ event: "run-progress", ...told, fraction, total: this.#progress.total() });
  }

  #refuseIfStopped(): void {
    if (this.#stopped !== undefined) throw new NotStarted();
  }

  #stop(): void {
    this.#stopped ??= this.#request.executor.close();
  }
}
