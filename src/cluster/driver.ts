import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Run, testedOf } from "../experiment/runs/index.ts";
import { failure, inputError, PruneLabError } from "../foundations/errors.ts";
import { againOf, againText } from "../scheduling/again.ts";
import type { OnStudyEvent } from "../scheduling/events.ts";
import { planJobs } from "../scheduling/jobs.ts";
import { Progress } from "../scheduling/progress.ts";
import { findStored, hasAll, type Share, type StoredRuns, type StudyWork } from "../scheduling/share.ts";
import type { StoredRun } from "../scheduling/store.ts";
import type { ClusterFolder, ClusterState, StudyFile, TaskEvent } from "./folder.ts";
import { EventTail } from "./folder.ts";
import { keptBy, planCluster } from "./plan.ts";
import { type Scheduler, TryLater } from "./scheduler.ts";
import type { SlurmSettings } from "./settings.ts";
import { isActive, prospectHint, prospectOf, type QueueElement } from "./slurm-lines.ts";
import type { Task } from "./tasks.ts";

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

/** How long a scheduler may be silent, or take no more tasks while none of ours is there, before the sweep gives up. */
const PATIENCE_SECONDS = 15 * 60;

/** How long a run that a task has told of may stay invisible: network file systems remember what was not there. */
const INVISIBLE_SECONDS = 60;

/** How long tasks get to end after they were cancelled: Slurm waits KillWait (30 s) before it kills. */
const ENDING_SECONDS = 60;

const SHORTEST_POLL_SECONDS = 1;
const LONGEST_POLL_SECONDS = 30;

/** An array that is planned, and not submitted yet. */
interface Unsent {
  readonly elements: readonly { readonly index: number; readonly task: Task }[];
  readonly after: Unsent | undefined;
  /** How many arrays wait for the same one: they share the tasks that may run at a time. */
  readonly siblings: number;
  /** Its number and job, once it was submitted. */
  sent?: { readonly array: number; readonly job: string };
}

/**
 * Computes what a study lacks on a cluster, and returns its runs. The store alone says what is done; the queue is asked
 * for what is still to come. So it does not matter when this ends: called again, it finds its tasks by their name, and
 * submits only what neither the store nor the queue has. Aborting the signal cancels all tasks; whatever else ends this
 * process cancels none.
 *
 * Throws a PruneLabError: `input` where the scheduler refuses, `failure` where a run fails twice, where nothing in the
 * queue will ever run, or after rounds without a new result, `interrupted` when the signal was aborted.
 */
export async function computeOnCluster(request: ClusterRequest): Promise<StoredRuns> {
  const driver = await Driver.open(request);
  return driver.follow();
}

/** The same, but leaves as soon as everything that fits is in the queue. Returns what it left there. */
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
  readonly #mostElements: number;
  readonly #runByLabel: ReadonlyMap<string, Run>;
  readonly #progress = new Progress();
  readonly #told = new Set<string>();
  /** By `array.element`: the runs of tasks that are in the queue, or were at the last look. */
  readonly #tasks = new Map<string, readonly string[]>();
  readonly #tails = new Map<string, EventTail>();
  readonly #misfits = new Set<string>();
  readonly #failures = new Map<string, number>();
  /** By run: its optimizer steps. */
  readonly #steps = new Map<string, number>();
  /** Runs that tasks told to be finished and that are not seen in the store. */
  readonly #claimed = new Set<string>();
  #unsent: Unsent[] = [];
  #active: readonly QueueElement[] = [];
  #silentSince: number | undefined;
  #refusedSince: number | undefined;
  /** The array whose sbatch was not heard to end well, but is in the queue. */
  #adopted: { readonly array: number; readonly job: string } | undefined;
  /** Successful looks at the queue since an sbatch whose answer was lost. */
  #looks = 0;
  #stuckLooks = 0;
  #idleRounds = 0;
  #storedBefore: number;
  #misfitsBefore = 0;

  static async open(request: ClusterRequest): Promise<Driver> {
    const { work, folder, study, scheduler, onEvent } = request;
    const [share] = (await findStored([work])) as [Share];
    if (share.error !== undefined) throw share.error;
    const again = againOf(share);
    if (again.runs > 0) onEvent({ event: "notice", study: work.study, message: againText(again) });
    const state = (await folder.readState()) ?? folder.newState(scheduler.address);
    refuseOtherScheduler(state, request);
    const mostElements = await scheduler.mostElements();
    await folder.create(state, request.script?.(state.token));
    state.study = await folder.writeStudy(state, study);
    await folder.writeState(state);
    const driver = new Driver(request, share, state, mostElements);
    await driver.#begin();
    return driver;
  }

  private constructor(request: ClusterRequest, share: Share, state: ClusterState, mostElements: number) {
    this.#request = request;
    this.#share = share;
    this.#state = state;
    this.#mostElements = mostElements;
    this.#runByLabel = new Map(share.work.runs.map((run) => [run.label, run]));
    this.#storedBefore = share.stored.size;
    for (const { run, steps, cost } of planJobs([share]).values()) {
      this.#progress.add(run, { steps, cost });
      this.#steps.set(run.id, steps);
    }
  }

  /** Finds what is in the queue already, and plans the rest. */
  async #begin(): Promise<void> {
    const { work, settings } = this.#request;
    const missing = work.runs.length - this.#share.stored.size;
    work.announce({
      runs: work.runs.length,
      stored: this.#share.stored.size,
      workers: Math.max(1, Math.min(missing, settings.atOnce * settings.cpus)),
    });
    if (this.#share.isComplete) return;
    while (!(await this.#look())) await this.#pause(0);
    if (this.#active.length > 0) this.#tell(`${this.#active.length} tasks are in the queue already.`);
    this.#plan();
  }

  /** Follows the tasks to their end. */
  async follow(): Promise<StoredRuns> {
    const { signal, work, settings, folder } = this.#request;
    const began = Date.now();
    try {
      while (!this.#share.isComplete) {
        signal.throwIfAborted();
        if (this.#unsent.length === 0 && this.#active.length === 0) await this.#beginRound();
        await this.#submitWhatFits();
        if (this.#share.isComplete) break;
        await this.#pause(began);
        await this.#look();
      }
      await this.#endTasks();
      await this.#request.scheduler.forget(this.#state.token);
      await this.#share.trim();
      if (!settings.keepLogs) await folder.remove();
      return this.#share.stored;
    } catch (error) {
      if (signal.aborted) throw await this.#interrupted();
      throw error;
    } finally {
      work.data.release();
    }
  }

  /** Submits what fits into the queue. */
  async submit(): Promise<{ tasks: number; missing: number; unsent: number }> {
    while (!this.#share.isComplete) {
      await this.#submitWhatFits();
      if (this.#refusedSince === undefined) break;
      await this.#pause(Date.now());
      await this.#look();
    }
    this.#request.work.data.release();
    const missing = this.#request.work.runs.length - this.#share.stored.size;
    const unsent = this.#unsent.reduce((sum, { elements }) => sum + elements.length, 0);
    return { tasks: this.#active.length, missing, unsent };
  }

  /** Plans what is neither stored nor in the queue. */
  #plan(): void {
    const covered = new Set([...this.#tasks.values()].flat());
    const { settings } = this.#request;
    const plan = planCluster(this.#share, settings, { mostElements: this.#mostElements, covered });
    const unsent: Unsent[] = [];
    for (const { elements, after } of plan.arrays) {
      const siblings = plan.arrays.filter((other) => after !== undefined && other.after === after).length;
      unsent.push({ elements, after: after === undefined ? undefined : unsent[after], siblings });
    }
    this.#unsent = unsent;
  }

  /** Everything that was submitted has ended, and runs are missing. */
  async #beginRound(): Promise<void> {
    await this.#readMissing();
    if (this.#share.isComplete) return;
    const { stored, work } = this.#share;
    const moved = stored.size > this.#storedBefore || this.#misfits.size > this.#misfitsBefore;
    this.#idleRounds = moved ? 0 : this.#idleRounds + 1;
    this.#storedBefore = stored.size;
    this.#misfitsBefore = this.#misfits.size;
    const missing = work.runs.length - stored.size;
    if (this.#idleRounds >= this.#request.settings.rounds) {
      const words = await this.#request.folder.lastWords(this.#state.token);
      throw failure(
        `Gave up after ${this.#idleRounds} rounds without a new result: ${missing} of ${work.runs.length} runs are missing.` +
          `${words === undefined ? "" : `\nThe last that a task printed: ${words}`}`,
        {
          hint: `What tasks printed is in ${this.#request.folder.logs(this.#state.token)}. Run the same command again to continue.`,
        },
      );
    }
    this.#tell(`${missing} runs were lost with their tasks, and are submitted again.`);
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
      this.#silentSince = undefined;
      this.#looks++;
      await this.#learn(queue);
      if (this.#active.length > 0) {
        for (const remark of await scheduler.remarks(this.#state.token)) this.#tell(remark);
      }
    } catch (error) {
      if (!(error instanceof TryLater)) throw error;
      this.#silentSince = this.#waitsSince(
        this.#silentSince,
        `${scheduler.title} does not answer (${error.message})`,
      );
      await this.#hear();
      return false;
    }
    await this.#hear();
    await this.#lookAhead();
    return true;
  }

  /** Which of our tasks the queue has. */
  async #learn(queue: readonly QueueElement[]): Promise<void> {
    const known = new Map(this.#state.arrays.map(({ array, job }) => [job, array]));
    // The answer of the last sbatch was lost, and its job is there.
    const open = this.#state.arrays.find(({ job }) => job === null);
    const found = queue.find(({ job }) => !known.has(job))?.job;
    if (open !== undefined && found !== undefined) {
      await this.#recordJob(open.array, found);
      this.#adopted = { array: open.array, job: found };
      known.set(found, open.array);
    }
    this.#active = queue.filter((element) => isActive(element) && known.has(element.job));
    const active = new Set(this.#active.map((element) => `${known.get(element.job)}.${element.index}`));
    for (const task of active) {
      if (!this.#tasks.has(task)) this.#tasks.set(task, await this.#runsOf(task));
    }
    for (const { job, index, state } of this.#active) {
      const task = `${known.get(job)}.${index}`;
      if (state !== "PENDING" && !this.#tails.has(task)) this.#tails.set(task, this.#tail(task));
    }
    for (const task of this.#tasks.keys()) {
      if (active.has(task)) continue;
      // It has ended: what it told last is heard once more.
      if (!this.#tails.has(task)) this.#tails.set(task, this.#tail(task));
      await this.#hearOne(task);
      this.#tails.delete(task);
      this.#tasks.delete(task);
    }
  }

  async #runsOf(task: string): Promise<readonly string[]> {
    const [array, element] = task.split(".");
    const { tasks } = await this.#request.folder.readArray(this.#state.token, Number(array));
    return tasks[element ?? ""] ?? [];
  }

  #tail(task: string): EventTail {
    return new EventTail(this.#request.folder.eventsFile(this.#state.token, task));
  }

  async #hear(): Promise<void> {
    for (const task of [...this.#tails.keys()]) await this.#hearOne(task);
  }

  async #hearOne(task: string): Promise<void> {
    const misfits = this.#misfits.size;
    for (const event of (await this.#tails.get(task)?.read()) ?? []) await this.#hearEvent(event);
    if (this.#misfits.size > misfits) await this.#keepOff();
  }

  async #hearEvent(event: TaskEvent): Promise<void> {
    if (event.event === "engine" || event.event === "task-ended") return;
    if (event.event === "misfit") {
      if (!this.#misfits.has(event.node)) {
        this.#tell(`${event.node} does not fit and is left out: ${event.message}`);
      }
      this.#misfits.add(event.node);
      return;
    }
    if (event.event === "task-failed") {
      const before = this.#failures.get(event.message) ?? 0;
      this.#failures.set(event.message, before + 1);
      if (before > 0) {
        await this.#endTasks().catch(() => {});
        throw failure(event.message, event.hint === undefined ? {} : { hint: event.hint });
      }
      this.#tell(`A task failed on ${event.node}: ${event.message}`);
      return;
    }
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

  /** Nodes that do not fit get none of the tasks that wait. */
  async #keepOff(): Promise<void> {
    const { scheduler } = this.#request;
    const jobs = new Set(this.#active.filter(({ state }) => state === "PENDING").map(({ job }) => job));
    for (const job of jobs) {
      // What cannot be changed now fails there, and is submitted again.
      await scheduler.exclude(job, [...this.#misfits]).catch(() => {});
    }
  }

  /** Says at once what will never run; takes away what is lost. Throws where nothing else is left. */
  async #lookAhead(): Promise<void> {
    const lost = this.#active.filter((element) => prospectOf(element) === "lost");
    if (lost.length > 0) {
      this.#tell(
        `${lost.length} tasks will never run (${reasonsOf(lost)}). They are taken away and submitted again.`,
      );
      await this.#request.scheduler.remove(lost).catch(() => {});
    }
    const stuck = this.#active.filter((element) => prospectOf(element) === "stuck");
    if (stuck.length > 0) {
      const jobs = [...new Set(stuck.map(({ job }) => job))];
      const hint = prospectHint(stuck[0]?.reason ?? "", jobs);
      this.#tell(
        `${stuck.length} tasks wait for something that does not come by itself (${reasonsOf(stuck)}). ${hint}`,
      );
      const others = this.#active.filter(
        (element) => !stuck.includes(element) && !/^Dependency/.test(element.reason),
      );
      this.#stuckLooks = others.length === 0 ? this.#stuckLooks + 1 : 0;
      if (this.#stuckLooks > 1) {
        throw new PruneLabError(
          "input",
          `None of the ${this.#active.length} tasks in the queue will run (${reasonsOf(stuck)}).`,
          {
            hint,
          },
        );
      }
    } else this.#stuckLooks = 0;
  }

  /** Submits arrays as long as the queue may have more tasks. */
  async #submitWhatFits(): Promise<void> {
    if (this.#unsent.length === 0) return;
    if ((await this.#request.folder.readState())?.token !== this.#state.token)
      throw this.#cancelledElsewhere();
    const open = this.#state.arrays.find(({ job }) => job === null);
    // An sbatch whose answer was lost may have done its work: the queue is looked at twice before it is called again.
    if (open !== undefined && this.#refusedSince !== undefined && this.#looks < 2) return;
    if (open !== undefined) this.#state.arrays.splice(this.#state.arrays.indexOf(open), 1);
    for (let next = this.#unsent[0]; next !== undefined; next = this.#unsent[0]) {
      const { signal, settings } = this.#request;
      signal.throwIfAborted();
      if (this.#active.length > 0 && this.#active.length + next.elements.length > settings.queued) return;
      try {
        await this.#submit(next);
        this.#refusedSince = undefined;
        this.#unsent.shift();
      } catch (error) {
        if (!(error instanceof TryLater)) throw error;
        if (error.why === "full") this.#state.arrays.pop();
        this.#looks = 0;
        const isWaiting = error.why === "full" && this.#active.length > 0;
        this.#refusedSince = this.#waitsSince(
          isWaiting ? Date.now() : this.#refusedSince,
          `${this.#request.scheduler.title} takes no more tasks now (${error.message})`,
        );
        return;
      }
    }
  }

  /** Submits an array: those whose dense networks are stored at once, the others behind the tasks that train them. */
  async #submit(next: Unsent): Promise<void> {
    const { after, elements } = next;
    const heads = new Map(after?.elements.map(({ index, task }) => [index, task.runs]));
    const isTrained = (index: number) =>
      heads.get(index)?.every((run) => this.#share.stored.has(run)) ?? true;
    const isComing = (index: number) =>
      this.#active.some(({ job, index: other }) => job === after?.sent?.job && other === index);
    const free = elements.filter(({ index }) => isTrained(index));
    // Where that task is lost, so are these: the next round has both.
    const waiting = elements.filter(({ index }) => !isTrained(index) && isComing(index));
    if (free.length > 0) next.sent = await this.#submitElements(free, undefined, next.siblings);
    if (waiting.length > 0) await this.#submitElements(waiting, after?.sent?.job, next.siblings);
  }

  async #submitElements(
    given: Unsent["elements"],
    afterJob: string | undefined,
    siblings: number,
  ): Promise<{ array: number; job: string }> {
    const { folder, settings, scheduler, workingFolder } = this.#request;
    const { token, arrays, study } = this.#state;
    const covered = new Set([...this.#tasks.values()].flat());
    // The last sbatch did its work although it did not say so.
    const elements = given.filter(({ task }) => !task.runs.every((run) => covered.has(run)));
    if (elements.length === 0 && this.#adopted !== undefined) return this.#adopted;
    const array = arrays.reduce((most, entry) => Math.max(most, entry.array), 0) + 1;
    await folder.writeArray(token, array, {
      study,
      tasks: Object.fromEntries(elements.map(({ index, task }) => [index, task.runs])),
      keep: keptBy(
        this.#share,
        elements.flatMap(({ task }) => task.runs),
      ),
    });
    arrays.push({ array, job: null });
    await folder.writeState(this.#state);
    const job = await scheduler.submit(settings, {
      token,
      array,
      indices: elements.map(({ index }) => index),
      atOnce: Math.max(1, Math.floor(settings.atOnce / Math.max(1, siblings))),
      afterJob,
      exclude: [...this.#misfits],
      script: folder.script(token),
      workingFolder,
      logFolder: folder.logs(token),
    });
    await this.#recordJob(array, job);
    for (const { index, task } of elements) this.#tasks.set(`${array}.${index}`, task.runs);
    this.#active = [
      ...this.#active,
      ...elements.map(({ index }) => ({ job, index, state: "PENDING", reason: "", node: "" })),
    ];
    return { array, job };
  }

  /** A controller that was lost gives numbers out again: the last array of a number is the one that is meant. */
  async #recordJob(array: number, job: string): Promise<void> {
    const { folder } = this.#request;
    for (const entry of this.#state.arrays) {
      if (entry.array === array) entry.job = job;
      else if (entry.job === job) entry.job = "";
    }
    await folder.writeState(this.#state);
  }

  /** Nothing of ours stays in the queue. */
  async #endTasks(): Promise<void> {
    const { scheduler } = this.#request;
    if (this.#active.length === 0) return;
    const { token } = this.#state;
    const isThere = async () => (await scheduler.queue(token)).some(isActive);
    // Tasks that have told of their last run are about to end.
    for (let i = 0; i < 5 && (await isThere()); i++) await sleep(500);
    if (!(await isThere())) return;
    await scheduler.cancel(token);
    const until = Date.now() + ENDING_SECONDS * 1000;
    while (Date.now() < until && (await isThere())) await sleep(500);
  }

  async #interrupted(): Promise<PruneLabError> {
    const { work } = this.#share;
    const { scheduler, folder, settings } = this.#request;
    const kept = () => `${this.#share.stored.size} of ${work.runs.length} runs are kept`;
    try {
      this.#tell(`Cancelling ${this.#active.length} tasks.`);
      await scheduler.cancel(this.#state.token);
      const until = Date.now() + ENDING_SECONDS * 1000;
      while (Date.now() < until && (await scheduler.queue(this.#state.token)).some(isActive))
        await sleep(500);
      await this.#hear();
      await scheduler.forget(this.#state.token);
      if (!settings.keepLogs) await folder.remove();
    } catch (error) {
      if (!(error instanceof TryLater)) return error as PruneLabError;
      return new PruneLabError(
        "interrupted",
        `Interrupted: ${kept()}, but the tasks could not be cancelled (${error.message}).`,
        { hint: `Cancel them later: prune-lab cancel ${folder.results}` },
      );
    }
    return new PruneLabError("interrupted", `Interrupted: ${kept()}, and the tasks are cancelled.`, {
      hint: "Run the same command again to continue.",
    });
  }

  #cancelledElsewhere(): PruneLabError {
    const { stored, work } = this.#share;
    return new PruneLabError(
      "interrupted",
      `The tasks were cancelled by another command: ${stored.size} of ${work.runs.length} runs are kept.`,
      { hint: "Run the same command again to continue." },
    );
  }

  /** Since when something fails; told once, and given up after a while. */
  #waitsSince(since: number | undefined, what: string): number {
    this.#tell(`${what}; trying again.`);
    const first = since ?? Date.now();
    if (Date.now() - first > PATIENCE_SECONDS * 1000) {
      throw new PruneLabError("failure", `${what}, for ${PATIENCE_SECONDS / 60} minutes.`, {
        hint: "Tasks in the queue go on. Run the same command again to continue.",
      });
    }
    return first;
  }

  /** Waits a moment, longer the longer it lasts. */
  async #pause(began: number): Promise<void> {
    const seconds = began === 0 ? 0 : (Date.now() - began) / 20_000;
    const wait = Math.min(LONGEST_POLL_SECONDS, Math.max(SHORTEST_POLL_SECONDS, seconds));
    await sleep(wait * 1000, undefined, { signal: this.#request.signal });
  }

  /** Each message once. */
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
