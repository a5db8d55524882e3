import { type ClusterFolder, EventTail, type TaskEvent, type TaskProgress } from "./folder.ts";

/** What is made of what tasks tell. */
export interface Hearer {
  /** Something of a run. */
  run(event: TaskProgress & { readonly node: string }): Promise<void>;
  /** A node that does not fit: the first time that one is told of. */
  misfit(event: Extract<TaskEvent, { event: "misfit" }>): Promise<void>;
  failed(event: Extract<TaskEvent, { event: "task-failed" }>, task: string): Promise<void>;
}

/** Hears what tasks tell, by their names. */
export class TaskListener {
  readonly #folder: ClusterFolder;
  readonly #token: string;
  readonly #hearer: Hearer;
  readonly #tails = new Map<string, EventTail>();
  readonly #misfits = new Set<string>();

  constructor(folder: ClusterFolder, token: string, hearer: Hearer) {
    this.#folder = folder;
    this.#token = token;
    this.#hearer = hearer;
  }

  /** The nodes that do not fit. */
  get misfits(): ReadonlySet<string> {
    return this.#misfits;
  }

  /** Listens to tasks from now on. */
  follow(tasks: Iterable<string>): void {
    for (const task of tasks) {
      if (this.#tails.has(task)) continue;
      this.#tails.set(task, new EventTail(this.#folder.eventsFile(this.#token, task)));
    }
  }

  /** Hears what is new of all of them. */
  async hear(): Promise<void> {
    for (const task of [...this.#tails.keys()]) await this.#hearOne(task);
  }

  /** Hears for a last time what tasks told that have ended. */
  async leave(tasks: Iterable<string>): Promise<void> {
    for (const task of tasks) {
      this.follow([task]);
      await this.#hearOne(task);
      this.#tails.delete(task);
    }
  }

  async #hearOne(task: string): Promise<void> {
    for (const event of (await this.#tails.get(task)?.read()) ?? []) {
      if (event.event === "misfit") {
        if (this.#misfits.has(event.node)) continue;
        this.#misfits.add(event.node);
        await this.#hearer.misfit(event);
      } else if (event.event === "task-failed") await this.#hearer.failed(event, task);
      else if (event.event !== "engine" && event.event !== "task-ended") await this.#hearer.run(event);
    }
  }
}
