import type { RunResult } from "../experiment/runs/index.ts";
import type { RunStore, StoredRun } from "./store.ts";

/** Finished runs by their ids, in memory or not. */
export interface StoredRuns {
  readonly size: number;
  has(id: string): boolean;
  get(id: string): StoredRun | undefined;
}

/** At least so many results stay in memory, and twice as many at most: whatever the rows of a seed have in common. */
const REMEMBERED = 256;

/** What is known of a run in a store without its result. */
export type Held = Pick<StoredRun, "timing" | "artifacts">;

/** Runs that are in a store. Their results stay there, and are read when they are asked for. */
export class RunsInStore implements StoredRuns {
  readonly #store: Pick<RunStore, "readAgain">;
  readonly #held = new Map<string, Held>();
  /**
   * What was asked for last, and what before. Whole maps are let go of: one that entries are taken out of is laid out anew again and
   * again, and all that it ever held stays in memory until a full garbage collection.
   */
  #recent = new Map<string, RunResult>();
  #earlier = new Map<string, RunResult>();

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
    const recent = this.#recent.get(id);
    if (recent !== undefined) return recent;
    const result = this.#earlier.get(id) ?? this.#store.readAgain(id).result;
    if (this.#recent.size === REMEMBERED) {
      this.#earlier = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(id, result);
    return result;
  }
}
