import { runCost } from "../experiment/cost.ts";
import type { PointRun, Run } from "../experiment/plan.ts";
import { runSettings, type StudyOutline } from "../experiment/prepare.ts";

/** One of `count` parts of the runs; index from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * The runs of one shard, for each study: a split that depends on the studies alone. Points are lined up by the
 * baseline they prune, in the order of the plans, and the line is cut where the expected cost says, so that few
 * shards train the same baseline. The baselines that a shard's points need belong to it; a run that several
 * studies share is in the same shard for all.
 */
export function runsOfShard(studies: readonly StudyOutline[], shard: Shard): (readonly Run[])[] {
  const chosen = new Set<string>();
  const line = pointsByBaseline(studies);
  const total = line.reduce((sum, { cost }) => sum + cost, 0);
  let before = 0;
  for (const { point, cost } of line) {
    // By the middle of its stretch of the line, a point lies in exactly one shard.
    const position = Math.floor(((before + cost / 2) / total) * shard.count);
    before += cost;
    if (position !== shard.index - 1) continue;
    chosen.add(point.id).add(point.parent);
  }
  return studies.map(({ plan }) => plan.runs.filter(({ id }) => chosen.has(id)));
}

/** The first point of a baseline carries the baseline's cost. */
function pointsByBaseline(studies: readonly StudyOutline[]): { point: PointRun; cost: number }[] {
  const byBaseline = new Map<string, Map<string, { point: PointRun; cost: number }>>();
  for (const study of studies) {
    const settings = runSettings(study);
    const cost = (run: Pick<Run, "kind">) =>
      runCost(run, settings, study.dataset.examples, study.engine.name);
    for (const point of study.plan.runs) {
      if (point.kind !== "point") continue;
      const siblings = byBaseline.get(point.parent) ?? new Map();
      byBaseline.set(point.parent, siblings);
      const baseline = siblings.size === 0 ? cost({ kind: "baseline" }) : 0;
      if (!siblings.has(point.id)) siblings.set(point.id, { point, cost: cost(point) + baseline });
    }
  }
  return [...byBaseline.values()].flatMap((siblings) => [...siblings.values()]);
}
