import type { Run } from "./plan.ts";
import { type RunSettings, runSteps } from "./run.ts";

/** What a run costs beside its optimizer steps (loading, testing), in steps. */
const OVERHEAD_STEPS = 20;

/** How far the runs are, weighted by what each is expected to cost. */
export class Progress {
  readonly #runs = new Map<string, { readonly run: Run; readonly cost: number; steps: number | undefined }>();
  readonly #totalCost: number;

  constructor(runs: readonly Run[], settings: RunSettings, trainExamples: number) {
    for (const run of runs) {
      const cost = runSteps(run.kind, settings, trainExamples) + OVERHEAD_STEPS;
      this.#runs.set(run.id, { run, cost, steps: undefined });
    }
    this.#totalCost = [...this.#runs.values()].reduce((sum, { cost }) => sum + cost, 0);
  }

  /** Takes what a worker says of a run; `started` is true the first time. */
  update(id: string, steps: number) {
    const entry = this.#entry(id);
    const started = entry.steps === undefined;
    // A message may arrive after the run has finished.
    entry.steps = Math.max(entry.steps ?? 0, steps);
    return { label: entry.run.label, kind: entry.run.kind, started, fraction: entry.steps / entry.cost };
  }

  finish(id: string): void {
    const entry = this.#entry(id);
    entry.steps = entry.cost;
  }

  /** 0..1 over all runs. */
  total(): number {
    let done = 0;
    for (const { steps } of this.#runs.values()) done += steps ?? 0;
    return done / this.#totalCost;
  }

  #entry(id: string) {
    const entry = this.#runs.get(id);
    if (entry === undefined) throw new RangeError(`no run ${id} in this study`);
    return entry;
  }
}
