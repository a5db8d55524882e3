import type { Run } from "./plan.ts";

interface Entry {
  readonly run: Run;
  readonly steps: number;
  /** With dense arithmetic. */
  readonly cost: number;
  /** Share of the prunable weights that the run trains. */
  readonly density: number;
  started: boolean;
  /** 0..1 */
  fraction: number;
}

/** Sums over finished runs for a straight line: seconds a unit of dense cost, against density. */
interface Fit {
  weight: number;
  density: number;
  densitySquared: number;
  rate: number;
  rateDensity: number;
}

/**
 * How far the runs are, weighted by what each is expected to cost. Whether a pruned network is cheaper to train
 * depends on the engine, so that is learned from the runs that have finished; at first all steps cost the same.
 */
export class Progress {
  readonly #entries = new Map<string, Entry>();
  readonly #fit: Fit = { weight: 0, density: 0, densitySquared: 0, rate: 0, rateDensity: 0 };
  #shown = 0;

  add(run: Run, expected: { readonly steps: number; readonly cost: number }): void {
    const density = run.kind === "baseline" ? 1 : 1 - run.sparsity;
    this.#entries.set(run.id, { run, ...expected, density, started: false, fraction: 0 });
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
    const { cost, density } = entry;
    this.#fit.weight += cost;
    this.#fit.density += cost * density;
    this.#fit.densitySquared += cost * density ** 2;
    this.#fit.rate += seconds;
    this.#fit.rateDensity += seconds * density;
  }

  /** 0..1 over all runs; never falls, also when the expectation changes. */
  total(): number {
    const remaining = this.#costWithoutWeights();
    let done = 0;
    let all = 0;
    for (const { cost, density, fraction } of this.#entries.values()) {
      const expected = cost * (remaining + (1 - remaining) * density);
      done += expected * fraction;
      all += expected;
    }
    this.#shown = Math.max(this.#shown, all === 0 ? 1 : done / all);
    return this.#shown;
  }

  /** Cost of a step when every weight is pruned over that of a dense step, by least squares; 1 until it is known. */
  #costWithoutWeights(): number {
    const { weight, density, densitySquared, rate, rateDensity } = this.#fit;
    const spread = weight * densitySquared - density ** 2;
    if (spread <= 1e-6 * weight ** 2) return 1;
    const slope = (weight * rateDensity - density * rate) / spread;
    const intercept = (rate - slope * density) / weight;
    const dense = slope + intercept;
    return dense > 0 ? Math.min(1, Math.max(0, intercept / dense)) : 1;
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new RangeError(`no run ${id} is being computed`);
    return entry;
  }
}
