import type { SlurmSettings } from "./settings.ts";

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

/** What a scheduler is told of an array of tasks, beside where tasks go. */
export interface Submission {
  /** The name of all jobs of a sweep. */
  readonly token: string;
  /** What is put before the number of an element, to name a task. */
  readonly array: number;
  /** The numbers of its elements. */
  readonly indices: readonly number[];
  /** The most of them that run at a time. */
  readonly atOnce: number;
  /** The job whose element of the same number has to end well first. */
  readonly afterJob: string | undefined;
  /** Nodes that do not fit. */
  readonly exclude: readonly string[];
  /** The shell script that each task runs, and where it runs. */
  readonly script: string;
  readonly workingFolder: string;
  readonly logFolder: string;
}

/** An element of an array, as the queue has it. */
export interface QueueElement {
  readonly job: string;
  readonly index: number;
  /** As Slurm calls it: PENDING, RUNNING, ... */
  readonly state: string;
  /** Why it waits, or how it ended. */
  readonly reason: string;
  /** Where it runs; empty for one that waits. */
  readonly node: string;
}

const ENDED =
  /^(BOOT_FAIL|CANCELLED|COMPLETED|DEADLINE|FAILED|NODE_FAIL|OUT_OF_MEMORY|PREEMPTED|REVOKED|TIMEOUT)$/;

/** Whether it may still do something. */
export function isActive({ state }: QueueElement): boolean {
  return !ENDED.test(state);
}
