import { runCost } from "../experiment/cost.ts";
import { lastOfEach } from "../experiment/plan.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import type { Run } from "../experiment/runs/index.ts";

/** One of `count` parts of the runs; index from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * The runs of one shard, for each study: a split that depends on the studies alone. The runs that fill cells are lined
 * up by their baseline, in the order of the plans, and the line is cut where the expected cost says, so that few
 * shards train the same baseline. What such a run hangs on belongs to its shard too; a run that several studies share
 * is in the same shard for all.
 */
export function runsOfShard(studies: readonly StudyOutline[], shard: Shard): (readonly Run[])[] {
  const chosen = new Set<string>();
  const line = lineUp(studies);
  const total = line.reduce((sum, { cost }) => sum + cost, 0);
  let before = 0;
  for (const { runs, cost } of line) {
    // By the middle of its stretch of the line, a run lies in exactly one shard.
    const position = Math.floor(((before + cost / 2) / total) * shard.count);
    before += cost;
    if (position === shard.index - 1) for (const run of runs) chosen.add(run);
  }
  return studies.map(({ plan }) => plan.runs.filter(({ id }) => chosen.has(id)));
}

/** A run that fills a cell, and the ids of all that it needs. */
interface Stretch {
  readonly runs: readonly string[];
  readonly cost: number;
}

/** What a stretch shares with those before it costs nothing more. */
function lineUp(studies: readonly StudyOutline[]): Stretch[] {
  const byBaseline = new Map<string, Map<string, Stretch>>();
  const counted = new Set<string>();
  for (const { plan, settings, dataset, engine } of studies) {
    const runs = new Map(plan.runs.map((run) => [run.id, run]));
    for (const cell of plan.cells) {
      const [baseline] = cell.path;
      const siblings = byBaseline.get(baseline) ?? new Map<string, Stretch>();
      byBaseline.set(baseline, siblings);
      for (const last of lastOfEach(cell)) {
        if (siblings.has(last)) continue;
        // Its row has the baseline's figures, also where the run does not hang on it.
        const needed = [...new Set([...ancestors(last, runs), ...ancestors(baseline, runs)])];
        const costs = needed
          .filter(({ id }) => !counted.has(id))
          .map((run) => runCost(run, settings, dataset.examples, engine.name));
        for (const { id } of needed) counted.add(id);
        siblings.set(last, {
          runs: needed.map(({ id }) => id),
          cost: costs.reduce((sum, cost) => sum + cost, 0),
        });
      }
    }
  }
  return [...byBaseline.values()].flatMap((siblings) => [...siblings.values()]);
}

/** A run and all that it hangs on; several times what it hangs on in several ways. */
function ancestors(id: string, runs: ReadonlyMap<string, Run>): Run[] {
  const run = runs.get(id);
  return run === undefined ? [] : [run, ...run.parents.flatMap((parent) => ancestors(parent.run, runs))];
}
