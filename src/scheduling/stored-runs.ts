import type { RunResult } from "../experiment/runs/index.ts";
import type { RunStore, StoredRun } from "./store.ts";

/** Finished runs by their ids, in memory or not. */
export interface StoredRuns {
  readonly size: number;
  has(id: string): boolean;
  get(id: string): StoredRun | undefined;
}

/** Results that stay in memory: whatever a few rows of a table are made of. */
const REMEMBERED = 512;

/** What is known of a run in a store without its result. */
export type Held = Pick<StoredRun, "timing" | "artifacts">;

/** Runs that are in a store. Their results stay there, and are read when they are asked for. */
export class RunsInStore implements StoredRuns {
  readonly #store: Pick<RunStore, "readAgain">;
  readonly #held = new Map<string, Held>();
  /** By when they were last asked for. */
  readonly #remembered = new Map<string, RunResult>();

  constructor(store: Pick<RunStore, "readAgain">) {
    this.#store = store;
  }

  get size(): number {
    return this.#held.size;
  }

  has(id: string): boolean {
    return this.#held.has(id);
  }

  /**
   * Undefined for a run that is not there. Asking for its result throws a PruneLabError of kind `failure` when it is no
   * longer in the store.
   */
  get(id: string): StoredRun | undefined {
    const held = this.#held.get(id);
    if (held === undefined) return undefined;
    const resultOf = () => this.#result(id);
    return {
      ...held,
      get result() {
        return resultOf();
      },
    };
  }

  /** The run is in the store. */
  add(id: string, { timing, artifacts }: Held): void {
    this.#held.set(id, { timing, artifacts });
  }

  #result(id: string): RunResult {
    const result = this.#remembered.get(id) ?? this.#store.readAgain(id).result;
    this.#remembered.delete(id);
    this.#remembered.set(id, result);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    return result;
  }
}
