import type { Artifact } from "../experiment/runs/run.ts";
import type { RunStore, StoredRun } from "./store.ts";

/** Finished runs by their ids, in memory or not. */
export interface StoredRuns {
  readonly size: number;
  has(id: string): boolean;
  get(id: string): StoredRun | undefined;
}

/** Results that stay in memory: whatever a few rows of a table are made of. */
const REMEMBERED = 512;

/** Runs that are in a store. Their results stay there, and are read when they are asked for. */
export class RunsInStore implements StoredRuns {
  readonly #store: Pick<RunStore, "readAgain">;
  readonly #artifacts = new Map<string, readonly Artifact[]>();
  /** By when they were last asked for. */
  readonly #remembered = new Map<string, StoredRun>();

  constructor(store: Pick<RunStore, "readAgain">) {
    this.#store = store;
  }

  get size(): number {
    return this.#artifacts.size;
  }

  has(id: string): boolean {
    return this.#artifacts.has(id);
  }

  /** Undefined for a run that is not there. */
  artifactsOf(id: string): readonly Artifact[] | undefined {
    return this.#artifacts.get(id);
  }

  /** Throws a PruneLabError of kind `failure` when the run is no longer in the store. */
  get(id: string): StoredRun | undefined {
    const artifacts = this.#artifacts.get(id);
    if (artifacts === undefined) return undefined;
    const run = this.#remembered.get(id) ?? this.#store.readAgain(id);
    this.#remembered.delete(id);
    this.#remembered.set(id, run);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    return { ...run, artifacts };
  }

  /** The run is in the store, with these artifacts. */
  add(id: string, artifacts: readonly Artifact[]): void {
    this.#artifacts.set(id, artifacts);
  }
}
