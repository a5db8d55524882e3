import { type Estimate, type Stratum, stratifiedBootstrap } from "./bootstrap.ts";

/**
 * How likely a run of one method is better than one of another, on a task drawn at random: the mean over the tasks of the
 * Mann-Whitney statistic, the share of pairs of runs of which the first is better, equal ones by half (Agarwal et al. 2021,
 * section 4.3). `scores` and `others` hold the runs by task, in the same order; the higher the better. 0.5 is no
 * difference. The runs of both are drawn anew, task by task.
 */
export function probabilityOfImprovement(
  scores: readonly Stratum[],
  others: readonly Stratum[],
  purpose: string,
): Estimate {
  const tasks = scores.length;
  const average = (strata: readonly Stratum[]) => {
    let sum = 0;
    for (let task = 0; task < tasks; task++) {
      sum += shareBetter(strata[task] as Stratum, strata[tasks + task] as Stratum);
    }
    return sum / tasks;
  };
  return stratifiedBootstrap([...scores, ...others], average, purpose);
}

function shareBetter(scores: Stratum, others: Stratum): number {
  let better = 0;
  for (const score of scores) {
    for (const other of others) better += score > other ? 1 : score === other ? 0.5 : 0;
  }
  return better / (scores.length * others.length);
}
