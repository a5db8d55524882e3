import type { Stratum } from "./bootstrap.ts";

/** A step of a profile: the share of runs with a score above this one. */
export interface ProfilePoint {
  readonly score: number;
  readonly share: number;
}

/**
 * The performance profile of a method: for each score the share of its runs that exceed it, each task with the same weight
 * (Dolan and More 2002; the run-score distribution of Agarwal et al. 2021, section 4.2). A profile that lies above
 * another everywhere is that of the better method.
 */
export function performanceProfile(tasks: readonly Stratum[], scores: readonly number[]): ProfilePoint[] {
  return scores.map((score) => {
    const shares = tasks.map((runs) => runs.filter((run) => run > score).length / runs.length);
    return { score, share: shares.reduce((sum, share) => sum + share, 0) / tasks.length };
  });
}
