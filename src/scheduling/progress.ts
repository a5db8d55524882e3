import { isDense, type Run } from "../experiment/runs/index.ts";

interface Entry {
  readonly run: Run;
  readonly steps: number;
  readonly cost: number;
  started: boolean;
  /** 0..1 */
  fraction: number;
}

/** Sums over the finished runs of dense networks, or of pruned ones. */
interface Spent {
  cost: number;
  seconds: number;
}

/**
 * How far the runs are, weighted by what each is expected to cost. What pruned networks cost beside dense ones depends
 * on how well the engine uses the zeros, so the expectation is corrected by the runs that have finished.
 */
export class Progress {
  readonly #entries = new Map<string, Entry>();
  readonly #dense: Spent = { cost: 0, seconds: 0 };
  readonly #pruned: Spent = { cost: 0, seconds: 0 };
  #shown = 0;

  add(run: Run, expected: { readonly steps: number; readonly cost: number }): void {
    this.#entries.set(run.id, { run, ...expected, started: false, fraction: 0 });
  }

  /**
   * Takes what a worker says of a run; `started` is true the first time. Undefined for a run that was removed: what a
   * worker says and how its run ends come by different ways, so the end may overtake the last message.
   */
  update(id: string, steps: number): { readonly started: boolean; readonly fraction: number } | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    const started = !entry.started;
    entry.started = true;
    entry.fraction = Math.max(entry.fraction, Math.min(1, steps / Math.max(1, entry.steps)));
    return { started, fraction: entry.fraction };
  }

  finish(id: string, seconds: number): void {
    const entry = this.#entry(id);
    entry.fraction = 1;
    const spent = isDense(entry.run) ? this.#dense : this.#pruned;
    spent.cost += entry.cost;
    spent.seconds += seconds;
  }

  /** A run that will not be computed. */
  remove(id: string): void {
    this.#entries.delete(id);
  }

  /** 0..1 over all runs; never falls, also when the expectation changes. */
  total(): number {
    const correction = this.#correction();
    let done = 0;
    let all = 0;
    for (const { run, cost, fraction } of this.#entries.values()) {
      const expected = isDense(run) ? cost : cost * correction;
      done += expected * fraction;
      all += expected;
    }
    this.#shown = Math.max(this.#shown, all === 0 ? 1 : done / all);
    return this.#shown;
  }

  /** Seconds a unit of expected cost, of pruned networks over those of dense ones; 1 until both are known. */
  #correction(): number {
    const [dense, pruned] = [this.#dense, this.#pruned];
    const correction = (pruned.seconds * dense.cost) / (pruned.cost * dense.seconds);
    return correction > 0 && Number.isFinite(correction) ? correction : 1;
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new RangeError(`no run ${id} is being computed`);
    return entry;
  }
}
