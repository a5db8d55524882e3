import { runCost } from "../experiment/cost.ts";
import { isDense, type Run, workOf } from "../experiment/runs/index.ts";
import type { Share, StudyWork } from "./share.ts";

/** A run that has to be computed, once, for every study that plans it. */
export interface Job {
  readonly run: Run;
  readonly shares: [Share, ...Share[]];
  /** Which free run goes first: the study that comes first, dense networks, the costly, the dense. */
  readonly rank: readonly number[];
  readonly steps: number;
  /** What it is expected to cost. */
  readonly cost: number;
}

/** The runs that no study has, parents first, each with all the studies that lack it. */
export function planJobs(shares: readonly Share[]): ReadonlyMap<string, Job> {
  const jobs = new Map<string, Job>();
  for (const [order, share] of shares.entries()) {
    if (share.error !== undefined) continue;
    const missing = share.work.runs.filter(({ id }) => !share.stored.has(id));
    const remaining = remainingCosts(missing, share.work);
    for (const run of missing) {
      const job = jobs.get(run.id);
      if (job !== undefined) {
        job.shares.push(share);
        continue;
      }
      const { settings, data } = share.work;
      const { steps, density } = workOf(run, settings, data.facts.examples);
      const cost = costOf(run, share.work);
      const rank = [order, isDense(run) ? 0 : 1, -(remaining.get(run.id) ?? cost), 1 - density];
      jobs.set(run.id, { run, shares: [share], rank, steps, cost });
    }
  }
  return jobs;
}

/** By run: its cost and that of the longest line of points that hang on it, one on the other. */
function remainingCosts(runs: readonly Run[], work: StudyWork): ReadonlyMap<string, number> {
  const after = new Map<string, number>();
  const remaining = new Map<string, number>();
  for (const run of [...runs].reverse()) {
    const own = costOf(run, work);
    const whole = own + (isDense(run) ? 0 : (after.get(run.id) ?? 0));
    remaining.set(run.id, whole);
    for (const parent of run.parents) after.set(parent.run, Math.max(after.get(parent.run) ?? 0, whole));
  }
  return remaining;
}

function costOf(run: Run, { settings, data, engine }: StudyWork): number {
  return runCost(run, settings, data.facts.examples, engine.name);
}
