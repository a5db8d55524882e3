import { isDense, type Run } from "../experiment/runs/index.ts";

interface Entry {
  readonly run: Run;
  readonly steps: number;
  readonly cost: number;
  started: boolean;
  /** 0..1 */
  fraction: number;
}

/** Sums over the runs of dense networks, or of pruned ones. */
interface Sums {
  /** What all are expected to cost, and that part of it that is done. */
  all: number;
  done: number;
  /** Of the finished ones: what they were expected to cost, and what they took. */
  cost: number;
  seconds: number;
}

const NOTHING: Sums = { all: 0, done: 0, cost: 0, seconds: 0 };

/**
 * How far the runs are, weighted by what each is expected to cost. What pruned networks cost beside dense ones depends
 * on how well the engine uses the zeros, so the expectation is corrected by the runs that have finished.
 */
export class Progress {
  readonly #entries = new Map<string, Entry>();
  readonly #dense: Sums = { ...NOTHING };
  readonly #pruned: Sums = { ...NOTHING };
  /** Runs that are not done; sums of fractions are never exactly whole. */
  #left = 0;
  #shown = 0;

  add(run: Run, expected: { readonly steps: number; readonly cost: number }): void {
    this.#left++;
    this.#entries.set(run.id, { run, ...expected, started: false, fraction: 0 });
    this.#sums(run).all += expected.cost;
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
    this.#advance(entry, Math.max(entry.fraction, Math.min(1, steps / Math.max(1, entry.steps))));
    return { started, fraction: entry.fraction };
  }

  finish(id: string, seconds: number): void {
    const entry = this.#entry(id);
    this.#advance(entry, 1);
    const sums = this.#sums(entry.run);
    sums.cost += entry.cost;
    sums.seconds += seconds;
  }

  /** A run that will not be computed. */
  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const sums = this.#sums(entry.run);
    sums.done -= entry.fraction * entry.cost;
    sums.all -= entry.cost;
    if (entry.fraction < 1) this.#left--;
    this.#entries.delete(id);
  }

  /** 0..1 over all runs; never falls, also when the expectation changes. */
  total(): number {
    const [dense, pruned] = [this.#dense, this.#pruned];
    const correction = this.#correction();
    const all = dense.all + pruned.all * correction;
    const done = Math.min(all, dense.done + pruned.done * correction);
    this.#shown = Math.max(this.#shown, this.#left === 0 ? 1 : done / all);
    return this.#shown;
  }

  /** Seconds a unit of expected cost, of pruned networks over those of dense ones; 1 until both are known. */
  #correction(): number {
    const [dense, pruned] = [this.#dense, this.#pruned];
    const correction = (pruned.seconds * dense.cost) / (pruned.cost * dense.seconds);
    return correction > 0 && Number.isFinite(correction) ? correction : 1;
  }

  #advance(entry: Entry, fraction: number): void {
    this.#left += Number(fraction < 1) - Number(entry.fraction < 1);
    this.#sums(entry.run).done += (fraction - entry.fraction) * entry.cost;
    entry.fraction = fraction;
  }

  #sums(run: Run): Sums {
    return isDense(run) ? this.#dense : this.#pruned;
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new RangeError(`no run ${id} is being computed`);
    return entry;
  }
}
