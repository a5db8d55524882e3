import type { Run } from "../experiment/plan.ts";

interface Entry {
  readonly run: Run;
  readonly steps: number;
  readonly cost: number;
  started: boolean;
  /** 0..1 */
  fraction: number;
}

/** Sums over the finished runs of a kind. */
interface Spent {
  cost: number;
  seconds: number;
}

/**
 * How far the runs are, weighted by what each is expected to cost. What points cost beside baselines depends on
 * how well the engine uses the zeros, so the expectation is corrected by the runs that have finished.
 */
export class Progress {
  readonly #entries = new Map<string, Entry>();
  readonly #spent: Record<Run["kind"], Spent> = {
    baseline: { cost: 0, seconds: 0 },
    point: { cost: 0, seconds: 0 },
  };
  #shown = 0;

  add(run: Run, expected: { readonly steps: number; readonly cost: number }): void {
    this.#entries.set(run.id, { run, ...expected, started: false, fraction: 0 });
  }

  /** Takes what a worker says of a run; `started` is true the first time. */
  update(id: string, steps: number): { readonly started: boolean; readonly fraction: number } {
    const entry = this.#entry(id);
    const started = !entry.started;
    entry.started = true;
    // A message may arrive after the run has finished.
    entry.fraction = Math.max(entry.fraction, Math.min(1, steps / Math.max(1, entry.steps)));
    return { started, fraction: entry.fraction };
  }

  finish(id: string, seconds: number): void {
    const entry = this.#entry(id);
    entry.fraction = 1;
    const spent = this.#spent[entry.run.kind];
    spent.cost += entry.cost;
    spent.seconds += seconds;
  }

  /** 0..1 over all runs; never falls, also when the expectation changes. */
  total(): number {
    const correction = this.#pointCorrection();
    let done = 0;
    let all = 0;
    for (const { run, cost, fraction } of this.#entries.values()) {
      const expected = run.kind === "point" ? cost * correction : cost;
      done += expected * fraction;
      all += expected;
    }
    this.#shown = Math.max(this.#shown, all === 0 ? 1 : done / all);
    return this.#shown;
  }

  /** Seconds a unit of expected cost, of the points over those of the baselines; 1 until both are known. */
  #pointCorrection(): number {
    const { baseline, point } = this.#spent;
    const correction = (point.seconds * baseline.cost) / (point.cost * baseline.seconds);
    return correction > 0 && Number.isFinite(correction) ? correction : 1;
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new RangeError(`no run ${id} is being computed`);
    return entry;
  }
}
