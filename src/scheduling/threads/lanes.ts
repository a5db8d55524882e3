import type { EngineDescription } from "../../engines/engine.ts";
import { Slots } from "../slots.ts";
import { Assistants } from "./assistants.ts";
import { openPool, type RunPool } from "./pool.ts";
import type { ProgressMessage } from "./worker.ts";

/** Threads, and who gets the next one. */
export interface Lane {
  readonly pool: RunPool;
  readonly slots: Slots;
  /** What threads do that have no run. */
  readonly assistants: Assistants;
}

/**
 * The worker threads of a computation: one pool for all engines that may run in any number of threads, and one
 * of its own for an engine that may not. A pool starts when it is first asked for.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #workers: number;
  /** Hears of each run several times a second. */
  onProgress: (message: ProgressMessage) => void = () => {};
  #closed = false;

  constructor(workers: number) {
    this.#workers = workers;
  }

  /** Starts an engine's threads before there is work for them. */
  prepare(engine: Pick<EngineDescription, "name" | "maxWorkers">): void {
    if (!this.#closed) this.of(engine);
  }

  of({ name, maxWorkers }: Pick<EngineDescription, "name" | "maxWorkers">): Lane {
    const key = maxWorkers === undefined ? "any" : name;
    const existing = this.#lanes.get(key);
    if (existing !== undefined) return existing;
    const workers = Math.min(this.#workers, maxWorkers ?? this.#workers);
    const pool = openPool(workers, name, (message) => this.onProgress(message));
    const assistants = new Assistants((task) => pool.assist(task));
    const lane = { pool, assistants, slots: new Slots(workers, (count) => assistants.share(count)) };
    this.#lanes.set(key, lane);
    return lane;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#lanes.values()].map(({ pool }) => pool.close()));
  }
}
