import type { Dataset } from "../../datasets/dataset.ts";
import { isDense } from "../../experiment/runs/index.ts";
import type { Compute, EngineToRun, Executor, ProgressMessage } from "../executor.ts";
import { runsAtOnce } from "../runs-at-once.ts";
import { Helpers } from "./helpers.ts";
import { openPool, type RunPool } from "./pool.ts";
import { Slots } from "./slots.ts";
import { WeightsSharing } from "./weights-sharing.ts";

/** The threads of an engine, and who gets the next one. */
interface Threads {
  readonly pool: RunPool;
  readonly slots: Slots;
  /** What threads do that have no run. */
  readonly helpers: Helpers;
}

/**
 * Computes runs on threads of this process: one pool for all engines that may run in any number of threads, and one
 * thread for each engine that may not, which then has several runs at once where the engine computes several networks. A pool starts when it is first asked for. Threads share the bytes of the
 * data, and those without a run help to train dense networks.
 */
export class ThreadExecutor implements Executor {
  readonly #threads = new Map<string, Threads>();
  readonly #workers: number | undefined;
  readonly #loadDataset: (checksum: string) => Promise<Dataset>;
  readonly #weights = new WeightsSharing();
  onProgress: (message: ProgressMessage) => void = () => {};
  #closed = false;

  /** Of `workers` see runsAtOnce. `loadDataset` gives the data with a checksum, in shared memory. */
  constructor(workers: number | undefined, loadDataset: (checksum: string) => Promise<Dataset>) {
    this.#workers = workers;
    this.#loadDataset = loadDataset;
  }

  prepare(engine: EngineToRun): void {
    if (!this.#closed) this.#of(engine);
  }

  inTurn<T>(
    engine: EngineToRun,
    rank: readonly number[],
    work: (compute: Compute) => Promise<T>,
  ): Promise<T> {
    const { pool, slots, helpers } = this.#of(engine);
    const compute: Compute = async (task) => {
      const dataset = await this.#loadDataset(task.dataset.checksum);
      if (!isDense(task.run)) {
        await pool.compute({ task, dataset, weights: await this.#weights.of(task) });
      } else await helpers.lead(engine.name, (meeting) => pool.compute({ task, dataset, meeting }));
    };
    return slots.run(rank, () => work(compute));
  }

  #of(engine: EngineToRun): Threads {
    const { name, maxWorkers } = engine;
    const key = maxWorkers === undefined ? "any" : `${name} ${maxWorkers}`;
    const existing = this.#threads.get(key);
    if (existing !== undefined) return existing;
    const workers = runsAtOnce(engine, this.#workers);
    const size = maxWorkers === undefined ? { threads: workers } : { threads: 1, runsAThread: workers };
    const pool = openPool(size, name, (message) => this.onProgress(message));
    const helpers = new Helpers((task) => pool.help(task));
    const threads = { pool, helpers, slots: new Slots(workers, (count) => helpers.share(count)) };
    this.#threads.set(key, threads);
    return threads;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#weights.drop();
    await Promise.all([...this.#threads.values()].map(({ pool }) => pool.close()));
  }
}
