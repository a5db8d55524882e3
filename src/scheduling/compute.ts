import { testedOf } from "../experiment/runs/index.ts";
import { PruneLabError } from "../foundations/errors.ts";
import { explainWriteError } from "../recording/write-error.ts";
import { againOf, againText } from "./again.ts";
import type { OnStudyEvent } from "./events.ts";
import type { Compute, Executor, ProgressMessage } from "./executor.ts";
import { type Job, planJobs } from "./jobs.ts";
import { Progress } from "./progress.ts";
import { runsAtOnce } from "./runs-at-once.ts";
import { findStored, type Share, type StudyWork } from "./share.ts";
import type { StoredRun } from "./store.ts";
import type { StoredRuns } from "./stored-runs.ts";

export interface ComputeRequest {
  /** Of runsAtOnce. */
  readonly workers: number | undefined;
  /** Who computes; closed when the last run has ended. */
  readonly executor: Executor;
  /** When a run fails, the studies that do not need it go on. */
  readonly keepGoing: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: OnStudyEvent;
  /** Leaves the executor open in the end: more is to be computed by it. */
  readonly keepsExecutor?: boolean;
  /** Called when the last run that is computed has its turn, so that cores fall idle soon. */
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
  const { onEvent } = request;
  const shares = await findStored(works);
  const jobs = planJobs(shares);
  for (const share of shares) {
    const { work, stored } = share;
    const missing = work.runs.length - stored.size;
    const workers = Math.max(1, Math.min(runsAtOnce(work.engine, request.workers), missing, jobs.size));
    const again = againOf(share);
    if (again.runs > 0) onEvent({ event: "notice", study: work.study, message: againText(again) });
    work.announce({ runs: work.runs.length, stored: stored.size, workers });
  }
  return new Computation(shares, jobs, request).start();
}

/** What was stored longer ago is on the disk: a machine that loses its power loses the runs of so long. */
const FLUSH_SECONDS = 5;

/** A run that was not begun, because its studies had failed or everything was stopped. */
class NotStarted extends Error {}

class Computation {
  readonly #shares: readonly Share[];
  readonly #jobs: ReadonlyMap<string, Job>;
  readonly #request: ComputeRequest;
  readonly #progress = new Progress();
  readonly #endings = new Map<string, Promise<void>>();
  /** Runs that have not had their turn. */
  readonly #waiting: Set<string>;
  #stopped: Promise<void> | undefined;

  constructor(shares: readonly Share[], jobs: ReadonlyMap<string, Job>, request: ComputeRequest) {
    this.#shares = shares;
    this.#jobs = jobs;
    this.#request = request;
    this.#waiting = new Set(jobs.keys());
    for (const { run, steps, cost } of jobs.values()) this.#progress.add(run, { steps, cost });
  }

  start(): readonly Promise<StoredRuns>[] {
    const { executor, signal, keepGoing, keepsExecutor = false } = this.#request;
    executor.onProgress = (message) => this.#tellProgress(message);
    const stop = () => this.#stop();
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted || (!keepGoing && this.#shares.some(({ error }) => error !== undefined))) stop();
    for (const job of this.#jobs.values()) this.#endings.set(job.run.id, this.#begin(job));
    const flushing = setInterval(() => void this.#flush(), FLUSH_SECONDS * 1000);
    const ends = this.#shares.map((share) => this.#endOf(share));
    void Promise.allSettled(ends).then(() => {
      signal.removeEventListener("abort", stop);
      clearInterval(flushing);
      if (!keepsExecutor) stop();
    });
    return ends;
  }

  /** Computes a run when its parents are there, and remembers what goes wrong. */
  async #begin(job: Job): Promise<void> {
    const { run, shares } = job;
    try {
      await Promise.all(run.parents.map((parent) => this.#endings.get(parent.run)));
      this.#refuseIfStopped();
      // What hangs on a run must be ready when its turn ends; of others the record is read back in the next one's.
      const awaited = shares.some((share) => share.isAwaited(run));
      const { engine } = shares[0].work;
      const computing = await this.#request.executor.inTurn(engine, job.rank, async (compute) => {
        const share = await this.#compute(job, compute);
        if (awaited) await this.#handOut(job, share);
        return share;
      });
      if (!awaited) await this.#handOut(job, computing);
    } catch (error) {
      this.#hadItsTurn(job);
      this.#progress.remove(run.id);
      // Closing the executor fails what is in flight, in words of its own.
      for (const share of shares) share.fail(this.#stopped === undefined ? error : new NotStarted());
      if (!this.#request.keepGoing) this.#stop();
      throw error;
    }
  }

  /** Has its turn: computes and stores the run for the first study that goes on. */
  async #compute(job: Job, compute: Compute): Promise<Share> {
    const { run, shares } = job;
    const computing = shares.find(({ error }) => error === undefined);
    this.#refuseIfStopped();
    if (computing === undefined) throw new NotStarted();
    this.#hadItsTurn(job);
    const { settings, engine, store, data } = computing.work;
    await compute({
      run,
      keep: [...new Set(shares.flatMap((share) => share.needs(run)))],
      settings,
      dataset: data.reference,
      engine: engine.name,
      storeFolder: store.folder,
    });
    return computing;
  }

  /** Gives a stored run to all studies that plan it; one that cannot take it fails alone. */
  async #handOut({ run, shares }: Job, computing: Share): Promise<void> {
    const { store } = computing.work;
    const finished = await store.read(run.id);
    if (finished === undefined) throw new Error(`${run.label} was computed but is not in ${store.folder}`);
    this.#progress.finish(run.id, finished.timing.seconds);
    for (const share of shares) {
      if (share.error !== undefined) continue;
      try {
        await this.#give(share, run, finished, computing);
      } catch (error) {
        share.fail(error);
        if (!this.#request.keepGoing) throw error;
      }
    }
    for (const share of shares) await share.dropBehind(run);
  }

  async #give(share: Share, run: Job["run"], finished: StoredRun, computing: Share): Promise<void> {
    if (share === computing) share.add(run, finished);
    else {
      const artifacts = share.needs(run);
      await share.work.store.adopt(computing.work.store, run.id, artifacts);
      share.add(run, { ...finished, artifacts });
    }
    const { accuracy, loss } = testedOf(finished.result) ?? { accuracy: null, loss: null };
    this.#request.onEvent({
      event: "run-finished",
      study: share.work.study,
      run: share.labelOf(run),
      kind: run.kind,
      status: finished.result.status,
      accuracy,
      loss,
      seconds: finished.timing.seconds,
      sharedFrom: share === computing ? null : computing.work.study,
      total: this.#progress.total(),
    });
  }

  /** A study's runs, when the last of them has ended. */
  async #endOf(share: Share): Promise<StoredRuns> {
    const { work, stored } = share;
    const { signal } = this.#request;
    await Promise.allSettled(work.runs.flatMap(({ id }) => this.#endings.get(id) ?? []));
    // Nothing writes to this study's folder after this: its runs have ended, and the executor too if it was stopped.
    await this.#stopped;
    work.data.release();
    if (share.isComplete) await share.trim();
    try {
      await work.store.close();
    } catch (error) {
      throw explainWriteError(error, work.store.folder);
    }
    if (share.isComplete) return stored;
    if (!signal.aborted && !(share.error instanceof NotStarted)) throw share.error;
    const what = signal.aborted ? "Interrupted" : "Not finished";
    throw new PruneLabError("interrupted", `${what}: ${stored.size} of ${work.runs.length} runs are kept.`, {
      hint: "Run the same command again to continue.",
    });
  }

  /** Flushes what has been stored; where that fails, the runs that follow would be lost too. */
  async #flush(): Promise<void> {
    for (const share of this.#shares) {
      await share.work.store.flush().catch((error: unknown) => {
        share.fail(error);
        if (!this.#request.keepGoing) this.#stop();
      });
    }
  }

  #hadItsTurn({ run }: Job): void {
    if (this.#waiting.delete(run.id) && this.#waiting.size === 0) this.#request.onLastStarted();
  }

  #tellProgress({ run: id, steps }: ProgressMessage): void {
    const job = this.#jobs.get(id);
    if (job === undefined || this.#stopped !== undefined) return;
    const updated = this.#progress.update(id, steps);
    if (updated === undefined) return;
    const { started, fraction } = updated;
    const [share] = job.shares;
    const told = { study: share.work.study, run: share.labelOf(job.run) };
    const { onEvent } = this.#request;
    if (started) onEvent({ event: "run-started", ...told, kind: job.run.kind, node: null });
    onEvent({ event: "run-progress", ...told, fraction, total: this.#progress.total() });
  }

  #refuseIfStopped(): void {
    if (this.#stopped !== undefined) throw new NotStarted();
  }

  #stop(): void {
    this.#stopped ??= this.#request.executor.close();
  }
}
