import type { ClusterFolder, ClusterState } from "./folder.ts";
import { isActive, type QueueElement } from "./scheduler.ts";
import type { Task } from "./tasks.ts";

/** A job by its name, and the array that it is. */
export interface SentArray {
  readonly array: number;
  readonly job: string;
}

/** A task with the number of its element. */
export interface NumberedTask {
  readonly index: number;
  readonly task: Task;
}

/** Which tasks of a sweep are in the queue. A task goes by `array.element`. */
export class OwnTasks {
  readonly #folder: ClusterFolder;
  readonly #state: ClusterState;
  /** The runs of tasks that are in the queue, or were at the last look. */
  readonly #tasks = new Map<string, readonly string[]>();
  #active: readonly QueueElement[] = [];
  #adopted: SentArray | undefined;

  constructor(folder: ClusterFolder, state: ClusterState) {
    this.#folder = folder;
    this.#state = state;
  }

  /** What waits or runs, as of the last look. */
  get active(): readonly QueueElement[] {
    return this.#active;
  }

  /** The array whose sbatch was not heard to end well, but is in the queue. */
  get adopted(): SentArray | undefined {
    return this.#adopted;
  }

  /** The runs that tasks in the queue compute. */
  get covered(): Set<string> {
    return new Set([...this.#tasks.values()].flat());
  }

  /** Takes in what the queue has. Returns the tasks that have begun, and those that are gone since the last time. */
  async learn(queue: readonly QueueElement[]): Promise<{ begun: string[]; ended: string[] }> {
    const known = new Map(this.#state.arrays.map(({ array, job }) => [job, array]));
    // The answer of the last sbatch was lost, and its job is there.
    const open = this.#state.arrays.find(({ job }) => job === null);
    const found = queue.find(({ job }) => !known.has(job))?.job;
    if (open !== undefined && found !== undefined) {
      await this.recordJob(open.array, found);
      this.#adopted = { array: open.array, job: found };
      known.set(found, open.array);
    }
    this.#active = queue.filter((element) => isActive(element) && known.has(element.job));
    const named = this.#active.map((element) => ({
      task: `${known.get(element.job)}.${element.index}`,
      state: element.state,
    }));
    for (const { task } of named) {
      if (!this.#tasks.has(task)) this.#tasks.set(task, await this.runsOf(task));
    }
    const active = new Set(named.map(({ task }) => task));
    const ended = [...this.#tasks.keys()].filter((task) => !active.has(task));
    for (const task of ended) this.#tasks.delete(task);
    return { begun: named.filter(({ state }) => state !== "PENDING").map(({ task }) => task), ended };
  }

  /** The runs of a task, of one that has ended too. */
  async runsOf(task: string): Promise<readonly string[]> {
    const [array, element] = task.split(".");
    const { tasks } = await this.#folder.readArray(this.#state.token, Number(array));
    return tasks[element ?? ""] ?? [];
  }

  /** Takes in what has just been submitted. */
  async add({ array, job }: SentArray, elements: readonly NumberedTask[]): Promise<void> {
    await this.recordJob(array, job);
    for (const { index, task } of elements) this.#tasks.set(`${array}.${index}`, task.runs);
    const waiting = elements.map(({ index }) => ({ job, index, state: "PENDING", reason: "", node: "" }));
    this.#active = [...this.#active, ...waiting];
  }

  /** A controller that was lost gives numbers out again: the last array of a number is the one that is meant. */
  async recordJob(array: number, job: string): Promise<void> {
    for (const entry of this.#state.arrays) {
      if (entry.array === array) entry.job = job;
      else if (entry.job === job) entry.job = "";
    }
    await this.#folder.writeState(this.#state);
  }
}
