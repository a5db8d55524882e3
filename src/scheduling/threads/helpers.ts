import type { Teamwork } from "../../engines/engine.ts";
import { engines } from "../../engines/registry.ts";
import type { HelpTask } from "./worker.ts";

/** A run that other threads may help with, and what tells each of them that it is over. */
interface Leader {
  readonly engine: string;
  readonly teamwork: Teamwork;
  readonly meeting: SharedArrayBuffer;
  readonly helpers: Int32Array<SharedArrayBuffer>[];
}

/** Threads that no run waits for, shared out to the baselines that are being trained. Results do not depend on it. */
export class Helpers {
  readonly #start: (task: HelpTask) => Promise<void>;
  readonly #leaders = new Set<Leader>();
  #threads = 0;

  /** `start` gives a thread the task; it takes it up when it is free. */
  constructor(start: (task: HelpTask) => Promise<void>) {
    this.#start = start;
  }

  /** Has `work` helped, at the meeting that it gets, as long as it lasts; without one where the engine cannot. */
  async lead(engine: string, work: (meeting?: SharedArrayBuffer) => Promise<void>): Promise<void> {
    const teamwork = engines.find(engine)?.teamwork;
    if (teamwork === undefined) return work();
    const leader: Leader = { engine, teamwork, meeting: teamwork.createMeeting(), helpers: [] };
    this.#leaders.add(leader);
    this.share(this.#threads);
    try {
      await work(leader.meeting);
    } finally {
      this.#leaders.delete(leader);
      leader.helpers.forEach(dismiss);
    }
  }

  /** Tells how many threads have nothing else to do. */
  share(threads: number): void {
    this.#threads = threads;
    let given = 0;
    [...this.#leaders].forEach(({ engine, teamwork, meeting, helpers }, i) => {
      const end = Math.floor((threads * (i + 1)) / this.#leaders.size);
      const wanted = Math.min(end - given, teamwork.mostHelpers);
      for (const over of helpers.splice(wanted)) dismiss(over);
      while (helpers.length < wanted) {
        const over = new Int32Array(new SharedArrayBuffer(4));
        helpers.push(over);
        // Nothing is lost with a helper: whoever leads goes on alone.
        this.#start({ engine, meeting, over }).catch(() => {});
      }
      given = end;
    });
  }
}

function dismiss(over: Int32Array<SharedArrayBuffer>): void {
  Atomics.store(over, 0, 1);
  Atomics.notify(over, 0);
}
