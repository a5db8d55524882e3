import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Run, testedOf } from "../experiment/runs/index.ts";
import { failure, inputError, PruneLabError } from "../foundations/errors.ts";
import { Terminated } from "../foundations/terminated.ts";
import { againOf, againText } from "../scheduling/again.ts";
import type { OnStudyEvent } from "../scheduling/events.ts";
import { planJobs } from "../scheduling/jobs.ts";
import { Progress } from "../scheduling/progress.ts";
import { findStored, hasAll, type Share, type StoredRuns, type StudyWork } from "../scheduling/share.ts";
import type { StoredRun } from "../scheduling/store.ts";
import { SHORTEST_POLL_SECONDS, takeAway, tasksText, untilGone } from "./ending.ts";
import { Failures } from "./failures.ts";
import type { ClusterFolder, ClusterState, StudyFile, TaskEvent, TaskProgress } from "./folder.ts";
import { TaskListener } from "./listener.ts";
import { OwnTasks } from "./own-tasks.ts";
import { Patience } from "./patience.ts";
import { planCluster, tooLongText } from "./plan.ts";
import { type Scheduler, TryLater } from "./scheduler.ts";
import type { SlurmSettings } from "./settings.ts";
import { prospectHint, prospectOf, type QueueElement } from "./slurm-lines.ts";
import { Submitter } from "./submitter.ts";

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

/** How long a run that a task has told of may stay invisible: network file systems remember what was not there. */
const INVISIBLE_SECONDS = 60;

/** How long tasks get to end that have told of their last run. */
const LAST_SECONDS = 3;

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
  readonly #runByLabel: ReadonlyMap<string, Run>;
  readonly #progress = new Progress();
  /** By run: its optimizer steps. */
  readonly #steps = new Map<string, number>();
  readonly #own: OwnTasks;
  readonly #listener: TaskListener;
  readonly #submitter: Submitter;
  readonly #silence = new Patience((message) => this.#tell(message));
  readonly #told = new Set<string>();
  readonly #failures: Failures;
  /** Runs that tasks told to be finished and that are not seen in the store. */
  readonly #claimed = new Set<string>();
  #hasLooked = false;
  #stuckLooks = 0;
  #idleRounds = 0;
  #storedBefore: number;
  #leftOutBefore = 0;

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
    this.#runByLabel = new Map(share.work.runs.map((run) => [run.label, run]));
    this.#storedBefore = share.stored.size;
    for (const { run, steps, cost } of planJobs([share]).values()) {
      this.#progress.add(run, { steps, cost });
      this.#steps.set(run.id, steps);
    }
    const { folder, scheduler, settings, signal, workingFolder } = request;
    this.#failures = new Failures(scheduler);
    this.#own = new OwnTasks(folder, state);
    this.#listener = new TaskListener(folder, state.token, {
      run: (event) => this.#hearRun(event),
      misfit: async ({ node, message }) => {
        this.#tell(`${node} does not fit and is left out: ${message}`);
        await this.#keepOff();
      },
      failed: (event, task) => this.#hearFailure(event, task),
    });
    this.#submitter = new Submitter({
      ...{ scheduler, folder, settings, workingFolder, signal, share, state },
      own: this.#own,
      misfits: () => this.#leftOut,
      readMissing: () => this.#readMissing(),
      tell: (message) => this.#tell(message),
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
    const { signal, settings, folder } = this.#request;
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
        const isEnded = await this.#endTasks();
        if (isEnded) await this.#request.scheduler.forget(this.#state.token);
        await this.#share.trim();
        if (isEnded && !settings.keepLogs) await folder.remove();
        return this.#share.stored;
      },
      () => (signal.reason instanceof Terminated ? this.#left() : this.#cancelled()),
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
      () => this.#left(),
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
      throw this.#cancelledElsewhere();
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
    await this.#readMissing();
    if (this.#share.isComplete) return;
    const { stored, work } = this.#share;
    const leftOut = this.#leftOut.length;
    const moved = stored.size > this.#storedBefore || leftOut > this.#leftOutBefore;
    this.#idleRounds = moved ? 0 : this.#idleRounds + 1;
    this.#storedBefore = stored.size;
    this.#leftOutBefore = leftOut;
    const missing = work.runs.length - stored.size;
    if (this.#idleRounds >= this.#request.settings.rounds) {
      const { folder } = this.#request;
      const words = await folder.lastWords(this.#state.token);
      const advice =
        words === undefined
          ? `Tasks printed nothing: see whether nodes can write ${folder.results}.`
          : `What tasks printed is in ${folder.logs(this.#state.token)}.`;
      throw failure(
        `Gave up after ${this.#idleRounds} rounds without a new result: ${missing} of ${work.runs.length} runs are missing.` +
          `${words === undefined ? "" : `\nThe last that a task printed: ${words}`}`,
        { hint: `${advice} Run the same command again to continue.` },
      );
    }
    this.#tell(
      missing === 1
        ? "1 run was lost with its task, and is submitted again."
        : `${missing} runs were lost with their tasks, and are submitted again.`,
    );
    this.#plan();
  }

  /** Looks for all missing runs in the store; gives time to those that tasks have told of. */
  async #readMissing(): Promise<void> {
    const { store, runs } = this.#share.work;
    const until = Date.now() + INVISIBLE_SECONDS * 1000;
    for (;;) {
      // A network file system lists a folder anew, and then knows what is in it.
      await readdir(store.folder).catch(() => []);
      const missing = new Map(runs.map((run) => [run.id, run]));
      for (const id of missing.keys()) if (this.#share.stored.has(id)) missing.delete(id);
      for await (const [id, found] of store.readAll(missing.keys()))
        this.#take(missing.get(id) as Run, found);
      if (this.#claimed.size === 0 || Date.now() > until) break;
      await sleep(1000, undefined, { signal: this.#request.signal });
    }
    this.#claimed.clear();
  }

  /** Takes a run that is in the store, if it is there with what it has to pass on. */
  #take(run: Run, found: StoredRun | undefined): void {
    if (found === undefined || !hasAll(found, this.#share.needs(run))) return;
    this.#claimed.delete(run.id);
    this.#progress.finish(run.id, found.timing.seconds);
    this.#share.add(run, found);
    const { accuracy, loss } = testedOf(found.result) ?? { accuracy: null, loss: null };
    this.#request.onEvent({
      event: "run-finished",
      study: this.#share.work.study,
      run: run.label,
      kind: run.kind,
      status: found.result.status,
      accuracy,
      loss,
      seconds: found.timing.seconds,
      sharedFrom: null,
      total: this.#progress.total(),
    });
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
    await this.#lookAhead();
    return true;
  }

  async #hearRun(event: TaskProgress & { readonly node: string }): Promise<void> {
    const run = this.#runByLabel.get(event.run);
    if (run === undefined || this.#share.stored.has(run.id)) return;
    if (event.event === "run-finished") {
      this.#claimed.add(run.id);
      this.#take(run, await this.#share.work.store.read(run.id));
      return;
    }
    const { onEvent } = this.#request;
    const told = { study: this.#share.work.study, run: run.label };
    if (event.event === "run-started") {
      onEvent({ event: "run-started", ...told, kind: run.kind, node: event.node });
      return;
    }
    const updated = this.#progress.update(run.id, event.fraction * (this.#steps.get(run.id) ?? 0));
    if (updated === undefined) return;
    onEvent({ event: "run-progress", ...told, fraction: updated.fraction, total: this.#progress.total() });
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
      await this.#endTasks();
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

  /** Says at once what will never run; takes away what is lost. Throws where nothing else is left. */
  async #lookAhead(): Promise<void> {
    const lost = this.#own.active.filter((element) => prospectOf(element) === "lost");
    if (lost.length > 0) {
      this.#tell(
        lost.length === 1
          ? `1 task will never run (${reasonsOf(lost)}). It is taken away and submitted again.`
          : `${lost.length} tasks will never run (${reasonsOf(lost)}). They are taken away and submitted again.`,
      );
      await this.#request.scheduler.remove(lost).catch(() => {});
    }
    const stuck = this.#own.active.filter((element) => prospectOf(element) === "stuck");
    if (stuck.length > 0) {
      const jobs = [...new Set(stuck.map(({ job }) => job))];
      const hint = prospectHint(stuck[0]?.reason ?? "", jobs);
      this.#tell(
        `${stuck.length === 1 ? "1 task waits" : `${stuck.length} tasks wait`} for something that does not come by itself (${reasonsOf(stuck)}). ${hint}`,
      );
      const others = this.#own.active.filter(
        (element) => !stuck.includes(element) && !/^Dependency/.test(element.reason),
      );
      this.#stuckLooks = others.length === 0 ? this.#stuckLooks + 1 : 0;
      if (this.#stuckLooks > 1) {
        throw new PruneLabError(
          "input",
          `None of the ${this.#own.active.length} tasks in the queue will run (${reasonsOf(stuck)}).`,
          {
            hint,
          },
        );
      }
    } else this.#stuckLooks = 0;
  }

  /** Nothing of ours is to stay in the queue; false, and told, where something does. */
  async #endTasks(): Promise<boolean> {
    const { scheduler } = this.#request;
    if (this.#own.active.length === 0) return true;
    const { token } = this.#state;
    const left = await untilGone(scheduler, token, LAST_SECONDS).catch(() => undefined);
    const trouble = left === 0 ? undefined : await takeAway(scheduler, token);
    if (trouble !== undefined)
      this.#tell(`The sweep needs its tasks no more, but ${trouble}. ${this.#cancelLater}`);
    return trouble === undefined;
  }

  /** Takes the tasks away, for somebody has ended the sweep. */
  async #cancelled(): Promise<PruneLabError> {
    const { scheduler, folder, settings } = this.#request;
    const { token } = this.#state;
    const { length } = this.#own.active;
    if (length > 0) this.#tell(`Cancelling ${length} ${length === 1 ? "task" : "tasks"}.`);
    const trouble = await takeAway(scheduler, token);
    // What finished meanwhile counts; what failed does not matter any more.
    await this.#listener.hear().catch(() => {});
    if (trouble !== undefined) {
      return new PruneLabError("interrupted", `Interrupted: ${this.#kept}, but ${trouble}.`, {
        hint: this.#cancelLater,
      });
    }
    if (!settings.keepLogs) await folder.remove();
    return new PruneLabError("interrupted", `Interrupted: ${this.#kept}, and the tasks are cancelled.`, {
      hint: "Run the same command again to continue.",
    });
  }

  /** Leaves the tasks, for this process alone was ended. */
  #left(): PruneLabError {
    const { length } = this.#own.active;
    const { results } = this.#request.folder;
    const isKnown = this.#hasLooked && this.#state.arrays.every(({ job }) => job !== null);
    if (length === 0 && isKnown) {
      const message = `Interrupted: ${this.#kept}, and none of its tasks is in the queue.`;
      return new PruneLabError("interrupted", message, { hint: "Run the same command again to continue." });
    }
    const tasks =
      length === 0
        ? "what is in the queue stays there"
        : `${length} ${length === 1 ? "task stays" : "tasks stay"} in the queue`;
    return new PruneLabError("interrupted", `Interrupted: ${this.#kept}, and ${tasks}.`, {
      hint:
        `How far they are: prune-lab status ${results}\nCancel them: prune-lab cancel ${results}\n` +
        "Run the same command again to follow them.",
    });
  }

  get #kept(): string {
    return `${this.#share.stored.size} of ${this.#share.work.runs.length} runs are kept`;
  }

  get #cancelLater(): string {
    return `Cancel them later: prune-lab cancel ${this.#request.folder.results}`;
  }

  #cancelledElsewhere(): PruneLabError {
    return new PruneLabError("interrupted", `The tasks were cancelled by another command: ${this.#kept}.`, {
      hint: "Run the same command again to continue.",
    });
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

function reasonsOf(elements: readonly QueueElement[]): string {
  return [...new Set(elements.map(({ reason }) => reason))].join(", ");
}
