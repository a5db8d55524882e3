import { greatestOf, leastOf } from "../../foundations/extremes.ts";
import { groupBy } from "../../foundations/group-by.ts";
import { figureOf, primaryMetric, recoveredValue } from "../../metrics/registry.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { meanInterval, present } from "../statistics/mean-interval.ts";
import { type Estimate, type Stratum, stratifiedBootstrap } from "./bootstrap.ts";
import { interquartileMean } from "./interquartile-mean.ts";
import { type ProfilePoint, performanceProfile } from "./performance-profile.ts";
import { probabilityOfImprovement } from "./probability-of-improvement.ts";

/** The results of the same methods on one set of data, with one network. */
export interface Task {
  /** `mnist, mlp` */
  readonly name: string;
  readonly rows: readonly ResultRow[];
}

/** What methods are worth over several tasks, by scores: see `scoreOf`. */
export interface AcrossTasks {
  readonly tasks: readonly string[];
  readonly methods: readonly string[];
  /** Interquartile mean of the scores of a method at a sparsity, over all tasks and seeds. */
  readonly points: readonly (MethodPoint & { readonly iqm: Estimate; readonly runs: number })[];
  /**
   * Over all sparsities above 0, of every two methods: how likely a run of the one is better than a run of the other; the
   * one is that of which it is more likely.
   */
  readonly improvements: readonly {
    readonly method: string;
    readonly over: string;
    readonly probability: Estimate;
  }[];
  /** Over the same runs: the share of a method's runs that exceed a score. */
  readonly profiles: readonly { readonly method: string; readonly points: readonly ProfilePoint[] }[];
  /** Runs that diverged and have no score. */
  readonly diverged: number;
}

interface MethodPoint {
  readonly method: string;
  readonly sparsity: number;
}

/** Where a profile is drawn: so many scores from the least to the greatest. */
const PROFILE_SCORES = 101;

/**
 * Compares methods over tasks after Agarwal et al. 2021, by the methods and the sparsities that all tasks have a score of.
 * Undefined below two tasks, and where they have no method at no sparsity above 0 in common.
 */
export function acrossTasks(tasks: readonly Task[]): AcrossTasks | undefined {
  if (tasks.length < 2) return undefined;
  const scored = tasks.map(scoresOf);
  const [first] = scored as [Scores, ...Scores[]];
  const shared = [...first.values()].filter(({ method, sparsity }) =>
    scored.every((scores) => scores.has(keyOf({ method, sparsity }))),
  );
  const byMethod = [...groupBy(shared, ({ method }) => method)];
  // A constructed network, which has a sparsity of its own, would leave the others none in common.
  const grid = greatestOf(byMethod.map(([, points]) => points.length));
  const methods = byMethod.filter(([, points]) => points.length === grid).map(([method]) => method);
  const sparsities = [...groupBy(shared, ({ sparsity }) => sparsity)]
    .filter(([, points]) => methods.every((name) => points.some(({ method }) => method === name)))
    .map(([sparsity]) => sparsity);
  const pruned = sparsities.filter((sparsity) => sparsity > 0);
  if (pruned.length === 0) return undefined;

  const runsOf = (method: string, at: readonly number[]): Stratum[] =>
    at.flatMap((sparsity) => scored.map((scores) => scores.get(keyOf({ method, sparsity }))?.runs ?? []));
  const everything = methods.flatMap((method) => runsOf(method, pruned)).flat();
  const [low, high] = [leastOf(everything), greatestOf(everything)];
  const profileScores = Array.from(
    { length: PROFILE_SCORES },
    (_, i) => low + ((high - low) * i) / (PROFILE_SCORES - 1),
  );
  return {
    tasks: tasks.map(({ name }) => name),
    methods,
    points: methods.flatMap((method) =>
      sparsities.map((sparsity) => {
        const runs = runsOf(method, [sparsity]);
        const iqm = stratifiedBootstrap(
          runs,
          (strata) => interquartileMean(strata.flat()),
          `interquartile mean ${method} ${sparsity}`,
        );
        return { method, sparsity, iqm, runs: runs.flat().length };
      }),
    ),
    improvements: methods.flatMap((method, i) =>
      methods.slice(i + 1).map((over) => {
        const probability = probabilityOfImprovement(
          runsOf(method, pruned),
          runsOf(over, pruned),
          `improvement of ${method} over ${over}`,
        );
        return probability.value >= 0.5
          ? { method, over, probability }
          : { method: over, over: method, probability: complement(probability) };
      }),
    ),
    profiles: methods.map((method) => ({
      method,
      points: performanceProfile(runsOf(method, pruned), profileScores),
    })),
    diverged: tasks.flatMap(({ rows }) => rows).filter(({ status }) => status === "diverged").length,
  };
}

function complement({ value, ci95 }: Estimate): Estimate {
  return { value: 1 - value, ci95: ci95 && { low: 1 - ci95.high, high: 1 - ci95.low } };
}

type Scores = ReadonlyMap<string, MethodPoint & { readonly runs: Stratum }>;

const keyOf = ({ method, sparsity }: MethodPoint) => JSON.stringify([method, sparsity]);

/** The scores of a task's runs, by method and sparsity. */
function scoresOf({ rows }: Task): Scores {
  const score = scoreOf(rows);
  const cells = groupBy(rows, (row) => keyOf({ method: row.method, sparsity: row.target_sparsity }));
  return new Map(
    [...cells].flatMap(([key, of]) => {
      const runs = present(of.map(score));
      const [row] = of;
      if (row === undefined || runs.length === 0) return [];
      return [[key, { method: row.method, sparsity: row.target_sparsity, runs }] as const];
    }),
  );
}

/**
 * What makes values of several tasks alike: a run's accuracy over the mean accuracy of the task's dense networks, and for a
 * loss the other way round. 1 is as good as the dense network; the higher the better.
 */
function scoreOf(rows: readonly ResultRow[]): (row: ResultRow) => number | null {
  const metric = primaryMetric(rows);
  const dense = meanInterval(present(rows.map((row) => figureOf(metric.figures.baseline, row)))).mean;
  return (row) => {
    const value = recoveredValue(metric, row);
    const [above, below] = metric.better === "higher" ? [value, dense] : [dense, value];
    return above === null || !below ? null : above / below;
  };
}
