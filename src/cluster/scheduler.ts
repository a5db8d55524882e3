import type { SlurmSettings } from "./settings.ts";
import type { QueueElement, Submission } from "./slurm-lines.ts";

/** What takes tasks and brings them to machines, as far as the driver knows it. */
export interface Scheduler {
  /** As messages call it. */
  readonly title: string;
  /** Where it is, without secrets: a sweep's tasks are with one scheduler at a time. */
  readonly address: string;
  /** The most elements of an array; their numbers are below it. */
  mostElements(): Promise<number>;
  /** Takes an array of tasks, and returns its job's name. */
  submit(settings: SlurmSettings, submission: Submission): Promise<string>;
  /** The elements of a sweep that it knows of, ended ones too. */
  queue(token: string): Promise<QueueElement[]>;
  /** Takes a sweep's elements away, those that run and those that wait. */
  cancel(token: string): Promise<void>;
  /** Takes single elements away. */
  remove(elements: readonly Pick<QueueElement, "job" | "index">[]): Promise<void>;
  /** Whether tasks can be kept off nodes. */
  readonly excludes: boolean;
  /** Keeps what waits off these nodes. */
  exclude(job: string, nodes: readonly string[]): Promise<void>;
  /** What a user should know of those that take a sweep's tasks. */
  remarks(token: string): Promise<readonly string[]>;
  /** Forgets a sweep whose tasks have ended. */
  forget(token: string): Promise<void>;
}

/** The scheduler does not answer, or takes no more now: the same may work later. */
export class TryLater extends Error {
  readonly why: "silent" | "full";

  constructor(why: TryLater["why"], message: string) {
    super(message);
    this.why = why;
  }
}
