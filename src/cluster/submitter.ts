import type { Share } from "../scheduling/share.ts";
import { ArraySize } from "./array-size.ts";
import type { ClusterFolder, ClusterState } from "./folder.ts";
import type { NumberedTask, OwnTasks, SentArray } from "./own-tasks.ts";
import { Patience } from "./patience.ts";
import { type ClusterPlan, keptBy } from "./plan.ts";
import { type Scheduler, TryLater } from "./scheduler.ts";
import type { SlurmSettings } from "./settings.ts";
import { cutFirst, type Unsent, unsentOf } from "./unsent.ts";

export interface SubmitterRequest {
  readonly scheduler: Scheduler;
  readonly folder: ClusterFolder;
  readonly settings: SlurmSettings;
  readonly workingFolder: string;
  readonly signal: AbortSignal;
  readonly share: Share;
  readonly state: ClusterState;
  readonly own: OwnTasks;
  /** The nodes that do not fit. */
  readonly misfits: () => Iterable<string>;
  /** Looks for what is missing in the store. */
  readonly readMissing: () => Promise<void>;
  readonly tell: (message: string) => void;
}

/** Submits the arrays of a plan, in waves of as many as the queue may have, and none of them twice. */
export class Submitter {
  readonly #request: SubmitterRequest;
  readonly #refused: Patience;
  readonly #size = new ArraySize();
  #unsent: readonly Unsent[] = [];
  /** Whether the answer of the last sbatch was lost, and looks at the queue since. */
  #isLost = false;
  #looks = 0;

  constructor(request: SubmitterRequest) {
    this.#request = request;
    this.#refused = new Patience(request.tell);
  }

  /** Tasks that are not submitted yet. */
  get unsent(): number {
    return this.#unsent.reduce((sum, { elements }) => sum + elements.length, 0);
  }

  /** Whether the scheduler took nothing the last time. */
  get isRefused(): boolean {
    return this.#refused.isTried;
  }

  /** Takes a plan in place of what is left of the last one. */
  plan({ arrays }: ClusterPlan): void {
    this.#unsent = unsentOf(arrays);
  }

  /** The queue was looked at. */
  looked(): void {
    this.#looks++;
  }

  /** Submits arrays as long as the queue may have more tasks. */
  async submitWhatFits(): Promise<void> {
    if (this.#unsent.length === 0 || !(await this.#settlesDoubt())) return;
    const { scheduler, state, own, settings, signal } = this.#request;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      signal.throwIfAborted();
      if (own.active.length > 0 && own.active.length + next.elements.length > settings.queued) return;
      try {
        await this.#submit(next);
        this.#refused.rest();
        this.#size.took(next.elements.length);
        this.#unsent = this.#unsent.slice(1);
      } catch (error) {
        if (!(error instanceof TryLater)) throw error;
        if (error.why === "full") state.arrays.pop();
        this.#isLost = error.why === "silent";
        this.#looks = 0;
        const what = `${scheduler.title} takes no more tasks now (${error.message})`;
        if (error.why === "full" && own.active.length > 0) {
          this.#size.refusedBesideOthers();
          this.#refused.waitGladly(what);
          return;
        }
        if (error.why === "full" && this.#size.refusedAlone(next.elements.length)) {
          this.#request.tell(`${scheduler.title} takes fewer tasks at a time (${error.message}).`);
          continue;
        }
        this.#refused.wait(what);
        return;
      }
    }
  }

  /** The first array, of no more tasks than are worth a try. */
  #next(): Unsent | undefined {
    this.#unsent = cutFirst(this.#unsent, this.#size.most);
    return this.#unsent[0];
  }

  /**
   * An sbatch whose answer was lost may have done its work: before it is called again, the queue is looked at twice, and
   * then the store, for tasks that have ended since. False as long as there is to wait.
   */
  async #settlesDoubt(): Promise<boolean> {
    const { state, readMissing } = this.#request;
    const open = state.arrays.find(({ job }) => job === null);
    if (this.#isLost) {
      if (open !== undefined && this.#looks < 2) return false;
      await readMissing();
      this.#isLost = false;
    }
    if (open !== undefined) state.arrays.splice(state.arrays.indexOf(open), 1);
    return true;
  }

  /** Submits an array: those whose dense networks are stored at once, the others behind the tasks that train them. */
  async #submit(next: Unsent): Promise<void> {
    const { share, own } = this.#request;
    const { after, elements, siblings } = next;
    const heads = new Map(after?.elements.map(({ index, task }) => [index, task.runs]));
    const isTrained = (index: number) => heads.get(index)?.every((run) => share.stored.has(run)) ?? true;
    const isComing = (index: number) =>
      own.active.some(({ job, index: other }) => job === after?.sent?.job && other === index);
    const free = elements.filter(({ index }) => isTrained(index));
    // Where that task is lost, so are these: the next round has both.
    const waiting = elements.filter(({ index }) => !isTrained(index) && isComing(index));
    if (free.length > 0) next.sent = await this.#submitElements(free, undefined, siblings);
    if (waiting.length > 0) await this.#submitElements(waiting, after?.sent?.job, siblings);
  }

  /** Undefined where nothing was left to submit. */
  async #submitElements(
    given: readonly NumberedTask[],
    afterJob: string | undefined,
    siblings: number,
  ): Promise<SentArray | undefined> {
    const { folder, settings, scheduler, workingFolder, share, own, state } = this.#request;
    const { token, arrays, study } = state;
    const { covered } = own;
    // The last sbatch may have done its work although it did not say so.
    const elements = given.filter(
      ({ task }) => !task.runs.every((run) => covered.has(run) || share.stored.has(run)),
    );
    if (elements.length === 0) return own.adopted;
    const array = arrays.reduce((most, entry) => Math.max(most, entry.array), 0) + 1;
    await folder.writeArray(token, array, {
      study,
      tasks: Object.fromEntries(elements.map(({ index, task }) => [index, task.runs])),
      keep: keptBy(
        share,
        elements.flatMap(({ task }) => task.runs),
      ),
    });
    arrays.push({ array, job: null });
    await folder.writeState(state);
    const job = await scheduler.submit(settings, {
      token,
      array,
      indices: elements.map(({ index }) => index),
      atOnce: Math.max(1, Math.floor(settings.atOnce / Math.max(1, siblings))),
      afterJob,
      exclude: [...this.#request.misfits()],
      script: folder.script(token),
      workingFolder,
      logFolder: folder.logs(token),
    });
    const sent = { array, job };
    await own.add(sent, elements);
    return sent;
  }
}
