import { setTimeout as sleep } from "node:timers/promises";
import { failure, inputError, PruneLabError } from "../foundations/errors.ts";
import { Terminated } from "../foundations/terminated.ts";
import { againOf, againText } from "../scheduling/again.ts";
import type { OnStudyEvent } from "../scheduling/events.ts";
import { findStored, type Share, type StoredRuns, type StudyWork } from "../scheduling/share.ts";
import { Arrivals } from "./arrivals.ts";
import { Ending } from "./ending.ts";
import { Failures } from "./failures.ts";
import type { ClusterFolder, ClusterState, StudyFile, TaskEvent } from "./folder.ts";
import { TaskListener } from "./listener.ts";
import { OwnTasks } from "./own-tasks.ts";
import { Patience } from "./patience.ts";
import { planCluster, tooLongText } from "./plan.ts";
import { Prospects } from "./prospects.ts";
import { Rounds } from "./rounds.ts";
import { type Scheduler, TryLater } from "./scheduler.ts";
import type { SlurmSettings } from "./settings.ts";
import { Submitter } from "./submitter.ts";
import { SHORTEST_POLL_SECONDS, tasksText } from "./take-away.ts";

export interface ClusterRequest {
  readonly work: StudyWork;
  readonly study: StudyFile;
  readonly folder: ClusterFolder;
  readonly settings: SlurmSettings;
  readonly scheduler: Scheduler;
  /** Where tasks run: the folder that relative paths of the config start from. */
  readonly workingFolder: string;
  /** The shell script of the tasks of this name, where the scheduler wants one. */
  readonly script: ((token: string) => string) | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: OnStudyEvent;
}

const LONGEST_POLL_SECONDS = 30;

/**
 * Computes what a study lacks on a cluster, and returns its runs. The store alone says what is done; the queue is asked
 * for what is still to come. So it does not matter when this ends: called again, it finds its tasks by their name, and
 * submits only what neither the store nor the queue has. Aborting the signal cancels all tasks, unless its reason is a
 * `Terminated`; whatever else ends this process cancels none.
 *
 * Throws a PruneLabError: `input` where the scheduler refuses, `failure` where a run fails twice, where nothing in the
 * queue will ever run, or after rounds without a new result, `interrupted` when the signal was aborted.
 */
export async function computeOnCluster(request: ClusterRequest): Promise<StoredRuns> {
  const driver = await Driver.open(request);
  return driver.follow();
}

/**
 * The same, but leaves as soon as everything that fits is in the queue. Returns what it left there. Aborting the signal
 * cancels nothing: what is submitted is to go on without this process.
 */
export async function submitToCluster(
  request: ClusterRequest,
): Promise<{ readonly tasks: number; readonly missing: number; readonly unsent: number }> {
  const driver = await Driver.open(request);
  return driver.submit();
}

class Driver {
  readonly #request: ClusterRequest;
  readonly #share: Share;
  readonly #state: ClusterState;
  #mostElements = 1;
  readonly #own: OwnTasks;
  readonly #listener: TaskListener;
  readonly #submitter: Submitter;
  readonly #arrivals: Arrivals;
  readonly #prospects: Prospects;
  readonly #rounds: Rounds;
  readonly #ending: Ending;
  readonly #silence = new Patience((message) => this.#tell(message));
  readonly #told = new Set<string>();
  readonly #failures: Failures;
  #hasLooked = false;

  static async open(request: ClusterRequest): Promise<Driver> {
    const { work, folder, scheduler, onEvent } = request;
    const [share] = (await findStored([work])) as [Share];
    if (share.error !== undefined) throw share.error;
    const again = againOf(share);
    if (again.runs > 0) onEvent({ event: "notice", study: work.study, message: againText(again) });
    const state = (await folder.readState()) ?? folder.newState(scheduler.address);
    refuseOtherScheduler(state, request);
    return new Driver(request, share, state);
  }

  private constructor(request: ClusterRequest, share: Share, state: ClusterState) {
    this.#request = request;
    this.#share = share;
    this.#state = state;
    const tell = (message: string) => this.#tell(message);
    const { folder, scheduler, settings, signal, workingFolder } = request;
    this.#failures = new Failures(scheduler);
    this.#own = new OwnTasks(folder, state);
    this.#arrivals = new Arrivals(share, request);
    this.#prospects = new Prospects(scheduler, this.#own, tell);
    this.#rounds = new Rounds(
      { most: settings.rounds, folder, token: state.token, runs: share.work.runs.length },
      { stored: share.stored.size, leftOut: 0 },
    );
    const { keepLogs } = settings;
    this.#ending = new Ending({ scheduler, folder, keepLogs, share, state, own: this.#own, tell });
    this.#listener = new TaskListener(folder, state.token, {
      run: (event) => this.#arrivals.hear(event),
      misfit: async ({ node, message }) => {
        tell(`${node} does not fit and is left out: ${message}`);
        await this.#keepOff();
      },
      failed: (event, task) => this.#hearFailure(event, task),
    });
    this.#submitter = new Submitter({
      ...{ scheduler, folder, settings, workingFolder, signal, share, state },
      own: this.#own,
      misfits: () => this.#leftOut,
      readMissing: () => this.#arrivals.readMissing(),
      tell,
    });
  }

  /** Nodes that get no tasks: those that do not fit, and those where tasks fail. */
  get #leftOut(): string[] {
    return [...new Set([...this.#listener.misfits, ...this.#failures.nodes.keys()])];
  }

  /** Finds what is in the queue already, and plans the rest. */
  async #begin(): Promise<void> {
    const { work, settings, scheduler, folder, study } = this.#request;
    this.#mostElements = await scheduler.mostElements();
    await folder.create(this.#state, this.#request.script?.(this.#state.token));
    this.#state.study = await folder.writeStudy(this.#state, study);
    await folder.writeState(this.#state);
    const missing = work.runs.length - this.#share.stored.size;
    work.announce({
      runs: work.runs.length,
      stored: this.#share.stored.size,
      workers: Math.max(1, Math.min(missing, settings.atOnce * settings.cpus)),
    });
    // What was submitted may be there although everything is stored.
    if (this.#share.isComplete && this.#state.arrays.length === 0) return;
    while (!(await this.#look())) await this.#pause(0);
    const { length } = this.#own.active;
    if (length > 0) this.#tell(`${tasksText(length)} in the queue already.`);
    this.#plan();
  }

  /** Follows the tasks to their end. */
  async follow(): Promise<StoredRuns> {
    const { signal } = this.#request;
    const began = Date.now();
    return this.#untilInterrupted(
      async () => {
        while (!this.#share.isComplete) {
          signal.throwIfAborted();
          if (this.#submitter.unsent === 0 && this.#own.active.length === 0) await this.#beginRound();
          await this.#submitWhatFits();
          if (this.#share.isComplete) break;
          await this.#pause(began);
          await this.#look();
        }
        await this.#ending.done();
        return this.#share.stored;
      },
      () =>
        signal.reason instanceof Terminated
          ? this.#ending.left(this.#hasLooked)
          : this.#ending.cancelled(() => this.#listener.hear()),
    );
  }

  /** Submits what fits into the queue. */
  async submit(): Promise<{ tasks: number; missing: number; unsent: number }> {
    return this.#untilInterrupted(
      async () => {
        while (!this.#share.isComplete) {
          await this.#submitWhatFits();
          if (!this.#submitter.isRefused) break;
          await this.#pause(Date.now());
          await this.#look();
        }
        const missing = this.#request.work.runs.length - this.#share.stored.size;
        return { tasks: this.#own.active.length, missing, unsent: this.#submitter.unsent };
      },
      () => this.#ending.left(this.#hasLooked),
    );
  }

  /** Begins, and works on; `end` says what becomes of the tasks where the signal is aborted meanwhile. */
  async #untilInterrupted<T>(
    work: () => Promise<T>,
    end: () => PruneLabError | Promise<PruneLabError>,
  ): Promise<T> {
    try {
      await this.#begin();
      return await work();
    } catch (error) {
      // A command of Slurm that a terminal's Ctrl-C reaches too ends with an error of its own.
      throw this.#request.signal.aborted ? await end() : error;
    } finally {
      this.#request.work.data.release();
    }
  }

  /** Plans what is neither stored nor in the queue. */
  #plan(): void {
    const { covered } = this.#own;
    const limits = { mostElements: this.#mostElements, covered };
    const plan = planCluster(this.#share, this.#request.settings, limits);
    const warning = tooLongText(plan, this.#request.settings);
    if (warning !== undefined) this.#tell(warning);
    this.#submitter.plan(plan);
  }

  /** Submits what fits into the queue, unless another command has cancelled the sweep. */
  async #submitWhatFits(): Promise<void> {
    if (this.#submitter.unsent === 0) return;
    if ((await this.#request.folder.readState())?.token !== this.#state.token)
      throw this.#ending.cancelledElsewhere();
    try {
      await this.#submitter.submitWhatFits();
    } catch (error) {
      // Where no node is left, what happened there says more than what the scheduler refuses.
      const [words] = this.#failures.nodes.values();
      if (!(error instanceof PruneLabError && error.kind === "input") || words === undefined) throw error;
      throw failure(words, {
        hint: `${[...this.#failures.nodes.keys()].join(", ")} cannot be left out: ${error.message}`,
        cause: error,
      });
    }
  }

  /** Everything that was submitted has ended, and runs are missing. */
  async #beginRound(): Promise<void> {
    await this.#arrivals.readMissing();
    if (this.#share.isComplete) return;
    const { length: leftOut } = this.#leftOut;
    await this.#rounds.begin({ stored: this.#share.stored.size, leftOut });
    const missing = this.#share.work.runs.length - this.#share.stored.size;
    this.#tell(
      missing === 1
        ? "1 run was lost with its task, and is submitted again."
        : `${missing} runs were lost with their tasks, and are submitted again.`,
    );
    this.#plan();
  }

  /** Looks at the queue and at what tasks tell; false where the scheduler does not answer. */
  async #look(): Promise<boolean> {
    const { scheduler } = this.#request;
    try {
      const queue = await scheduler.queue(this.#state.token);
      this.#silence.rest();
      this.#submitter.looked();
      const { begun, ended } = await this.#own.learn(queue);
      this.#hasLooked = true;
      this.#listener.follow(begun);
      await this.#listener.leave(ended);
      if (this.#own.active.length > 0) {
        for (const remark of await scheduler.remarks(this.#state.token)) this.#tell(remark);
      }
    } catch (error) {
      if (!(error instanceof TryLater)) throw error;
      this.#silence.wait(`${scheduler.title} does not answer (${error.message})`);
      await this.#listener.hear();
      return false;
    }
    await this.#listener.hear();
    await this.#prospects.look();
    return true;
  }

  /** What fails once may be a node's fault; Failures says whose it is when it fails again. */
  async #hearFailure(
    { node, message, hint }: Extract<TaskEvent, { event: "task-failed" }>,
    task: string,
  ): Promise<void> {
    const runs = await this.#own.runsOf(task);
    const verdict = this.#failures.hear(
      { node, message },
      runs.filter((run) => !this.#share.stored.has(run)),
    );
    if (verdict === "nothing") this.#tell(`A task failed on ${node}: ${message}`);
    else if (verdict === "node") {
      this.#tell(`${node} is left out, for a second task failed there: ${message}`);
      await this.#keepOff();
    } else {
      await this.#ending.endTasks();
      throw failure(message, hint === undefined ? {} : { hint });
    }
  }

  /** Nodes that are left out get none of the tasks that wait. */
  async #keepOff(): Promise<void> {
    const { scheduler } = this.#request;
    const jobs = new Set(this.#own.active.filter(({ state }) => state === "PENDING").map(({ job }) => job));
    for (const job of jobs) {
      // What cannot be changed now fails there, and is submitted again.
      await scheduler.exclude(job, this.#leftOut).catch(() => {});
    }
  }

  /** Waits a moment, longer the longer it lasts. */
  async #pause(began: number): Promise<void> {
    const seconds = began === 0 ? 0 : (Date.now() - began) / 20_000;
    const wait = Math.min(LONGEST_POLL_SECONDS, Math.max(SHORTEST_POLL_SECONDS, seconds));
    await sleep(wait * 1000, undefined, { signal: this.#request.signal });
  }

  /** Tells each message once. */
  #tell(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#request.onEvent({ event: "notice", study: this.#share.work.study, message });
  }
}

/** A sweep's tasks are with one scheduler. */
function refuseOtherScheduler(state: ClusterState, { scheduler, folder }: ClusterRequest): void {
  if (state.scheduler === scheduler.address) return;
  throw inputError(
    `${folder.results} has tasks with ${state.scheduler}, and not with ${scheduler.address}.`,
    {
      hint: `Follow them with --on ${state.scheduler}, or cancel them: prune-lab cancel ${folder.results}`,
    },
  );
}
