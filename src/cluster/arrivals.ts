import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Run, testedOf } from "../experiment/runs/index.ts";
import type { OnStudyEvent } from "../scheduling/events.ts";
import { planJobs } from "../scheduling/jobs.ts";
import { Progress } from "../scheduling/progress.ts";
import { hasAll, type Share } from "../scheduling/share.ts";
import type { StoredRun } from "../scheduling/store.ts";
import type { TaskProgress } from "./folder.ts";

/** How long a run that a task has told of may stay invisible: network file systems remember what was not there. */
const INVISIBLE_SECONDS = 60;

/** The runs that tasks compute, as they come into the store, and how far those are that have not come. */
export class Arrivals {
  readonly #share: Share;
  readonly #signal: AbortSignal;
  readonly #onEvent: OnStudyEvent;
  readonly #runByLabel: ReadonlyMap<string, Run>;
  readonly #progress = new Progress();
  /** By run: its optimizer steps. */
  readonly #steps = new Map<string, number>();
  /** Runs that tasks told to be finished and that are not seen in the store. */
  readonly #claimed = new Set<string>();

  constructor(
    share: Share,
    { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: OnStudyEvent },
  ) {
    this.#share = share;
    this.#signal = signal;
    this.#onEvent = onEvent;
    this.#runByLabel = new Map(share.work.runs.map((run) => [run.label, run]));
    for (const { run, steps, cost } of planJobs([share]).values()) {
      this.#progress.add(run, { steps, cost });
      this.#steps.set(run.id, steps);
    }
  }

  /** Looks for all missing runs in the store; gives time to those that tasks have told of. */
  async readMissing(): Promise<void> {
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
      await sleep(1000, undefined, { signal: this.#signal });
    }
    this.#claimed.clear();
  }

  /** What a task tells of a run. */
  async hear(event: TaskProgress & { readonly node: string }): Promise<void> {
    const run = this.#runByLabel.get(event.run);
    if (run === undefined || this.#share.stored.has(run.id)) return;
    if (event.event === "run-finished") {
      this.#claimed.add(run.id);
      this.#take(run, await this.#share.work.store.read(run.id));
      return;
    }
    const told = { study: this.#share.work.study, run: run.label };
    if (event.event === "run-started") {
      this.#onEvent({ event: "run-started", ...told, kind: run.kind, node: event.node });
      return;
    }
    const updated = this.#progress.update(run.id, event.fraction * (this.#steps.get(run.id) ?? 0));
    if (updated === undefined) return;
    const { fraction } = updated;
    this.#onEvent({ event: "run-progress", ...told, fraction, total: this.#progress.total() });
  }

  /** Takes a run that is in the store, if it is there with what it has to pass on. */
  #take(run: Run, found: StoredRun | undefined): void {
    if (found === undefined || !hasAll(found, this.#share.needs(run))) return;
    this.#claimed.delete(run.id);
    this.#progress.finish(run.id, found.timing.seconds);
    this.#share.add(run, found);
    const { accuracy, loss } = testedOf(found.result) ?? { accuracy: null, loss: null };
    this.#onEvent({
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
}
