import { runCost } from "../experiment/cost.ts";
import { isDense } from "../experiment/runs/index.ts";
import type { Artifact } from "../experiment/runs/run.ts";
import { durationText } from "../foundations/duration.ts";
import type { Share } from "../scheduling/share.ts";
import type { SlurmSettings } from "./settings.ts";
import { secondsOf } from "./settings.ts";
import { arraysOf, planTasks, type TaskArray } from "./tasks.ts";

/** Multiply-accumulates that a core is taken to do in a second until the first runs have shown it. */
const MACS_PER_SECOND = 1e10;

/** Of the tasks that may be in the queue, the part that an array has: others are there before the last of them have run. */
const ARRAYS_IN_QUEUE = 4;

/** Tasks, and what they are expected to take. */
export interface ClusterPlan {
  readonly arrays: readonly TaskArray[];
  readonly tasks: number;
  readonly runs: number;
  /** Expected seconds on one core, all together, and of the longest run. */
  readonly coreSeconds: number;
  readonly longestRun: number;
  /** Whether runs of this study have shown how long theirs take. */
  readonly measured: boolean;
  /** Runs that are expected to take longer than a task may, by their names; those never end. */
  readonly tooLong: readonly { readonly run: string; readonly seconds: number }[];
}

/** Says which runs are longer than a task may take, and what to do; undefined where none is. */
export function tooLongText(
  { tooLong, measured }: Pick<ClusterPlan, "tooLong" | "measured">,
  { time }: Pick<SlurmSettings, "time">,
): string | undefined {
  if (tooLong.length === 0) return undefined;
  const named = [...tooLong].sort((a, b) => b.seconds - a.seconds).slice(0, NAMED_RUNS);
  const list = named.map(({ run, seconds }) => `${run} ${durationText(seconds)}`).join(", ");
  const more = tooLong.length > named.length ? `, and ${tooLong.length - named.length} more` : "";
  return (
    `Runs are expected to take longer than a task may, time: ${time} (${list}${more}; ${basisText(measured)}). ` +
    "They would be cut off each time: raise time in cluster.yaml."
  );
}

/** The most runs that are named when they are too long. */
const NAMED_RUNS = 3;

/** What expected times come from. */
export function basisText(measured: boolean): string {
  return measured ? "by the runs that are stored" : "a guess, until the first runs are stored";
}

/** The tasks that compute what a study lacks, apart from what is `covered` by tasks in the queue. */
export function planCluster(
  share: Share,
  settings: Pick<SlurmSettings, "task" | "cpus" | "queued" | "time">,
  { mostElements, covered = new Set() }: { mostElements: number; covered?: ReadonlySet<string> },
): ClusterPlan {
  const { work, stored } = share;
  const { examples } = work.data.facts;
  const costOf = new Map(
    work.runs.map((run) => [run.id, runCost(run, work.settings, examples, work.engine.name)]),
  );
  const rate = measuredRate(share, costOf);
  const runs = work.runs
    .filter(({ id }) => !stored.has(id) && !covered.has(id))
    .map((run) => ({
      id: run.id,
      label: run.label,
      parents: run.parents.map((parent) => parent.run),
      dense: isDense(run),
      seconds: (costOf.get(run.id) ?? 0) / (rate ?? MACS_PER_SECOND),
    }));
  const tasks = planTasks(runs, secondsOf(settings.task) * settings.cpus);
  return {
    arrays: arraysOf(tasks, Math.min(mostElements, Math.ceil(settings.queued / ARRAYS_IN_QUEUE))),
    tasks: tasks.length,
    runs: runs.length,
    coreSeconds: runs.reduce((sum, { seconds }) => sum + seconds, 0),
    longestRun: runs.reduce((most, { seconds }) => Math.max(most, seconds), 0),
    measured: rate !== undefined,
    tooLong: runs
      .filter(({ seconds }) => seconds > secondsOf(settings.time))
      .map(({ label, seconds }) => ({ run: label, seconds })),
  };
}

/** Multiply-accumulates a second of what is stored; undefined without any. */
function measuredRate({ work, stored }: Share, costOf: ReadonlyMap<string, number>): number | undefined {
  let cost = 0;
  let seconds = 0;
  for (const { id } of work.runs) {
    const found = stored.get(id);
    if (found === undefined) continue;
    cost += costOf.get(id) ?? 0;
    seconds += found.timing.seconds;
  }
  return seconds > 0 && cost > 0 ? cost / seconds : undefined;
}

/** By run: what is stored of it beside its result, for these runs and all that they hang on. */
export function keptBy(share: Share, ids: Iterable<string>): Record<string, readonly Artifact[]> {
  const byId = new Map(share.work.runs.map((run) => [run.id, run]));
  const keep: Record<string, readonly Artifact[]> = {};
  for (const id of withAncestors(ids, byId)) {
    const run = byId.get(id);
    const needed = run === undefined ? [] : share.needs(run);
    if (needed.length > 0) keep[id] = needed;
  }
  return keep;
}

/** These and all that they hang on. */
export function withAncestors(
  ids: Iterable<string>,
  byId: ReadonlyMap<string, { readonly parents: readonly { readonly run: string }[] }>,
): Set<string> {
  const found = new Set<string>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    for (const { run } of byId.get(id)?.parents ?? []) open.push(run);
  }
  return found;
}
