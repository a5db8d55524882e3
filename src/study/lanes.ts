import type { EngineDescription } from "../engines/engine.ts";
import { openPool, type RunPool } from "./pool.ts";
import { Slots } from "./slots.ts";
import type { ProgressMessage } from "./worker.ts";

/** Threads, and who gets the next one. */
export interface Lane {
  readonly pool: RunPool;
  readonly slots: Slots;
}

/**
 * The worker threads of a computation: one pool for all engines that may run in any number of threads, and one
 * of its own for an engine that may not. A pool starts with its first run.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #workers: number;
  readonly #onProgress: (message: ProgressMessage) => void;

  constructor(workers: number, jobs: number, onProgress: (message: ProgressMessage) => void) {
    this.#workers = Math.max(1, Math.min(workers, jobs));
    this.#onProgress = onProgress;
  }

  of({ name, maxWorkers }: Pick<EngineDescription, "name" | "maxWorkers">): Lane {
    const key = maxWorkers === undefined ? "any" : name;
    const existing = this.#lanes.get(key);
    if (existing !== undefined) return existing;
    const workers = Math.min(this.#workers, maxWorkers ?? this.#workers);
    const lane = { pool: openPool(workers, this.#onProgress), slots: new Slots(workers) };
    this.#lanes.set(key, lane);
    return lane;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map(({ pool }) => pool.close()));
  }
}
