import path from "node:path";
import { submitToCluster } from "../cluster/driver.ts";
import { ClusterFolder } from "../cluster/folder.ts";
import { type ClusterPlan, planCluster, tooLongText } from "../cluster/plan.ts";
import { probeSubmission } from "../cluster/probe-submission.ts";
import { type Submission, TryLater } from "../cluster/scheduler.ts";
import { sbatchArguments } from "../cluster/slurm/lines.ts";
import { resolvedConfigYaml } from "../config/resolved.ts";
import type { ConfigInput } from "../config/schema.ts";
import { prepareStudy, StudyResources } from "../experiment/prepare.ts";
import { PruneLabError } from "../foundations/errors.ts";
import { shellLine } from "../foundations/shell-word.ts";
import { openStudy } from "../results/study-folder.ts";
import { clusterRequest } from "./cluster-request.ts";
import { clusterTarget } from "./cluster-target.ts";
import { cancelTasks } from "./cluster-tasks.ts";
import { runOptions } from "./request.ts";
import { shareOf, workOf } from "./study.ts";
import { requestOf, type SweepOptions } from "./sweep.ts";

/** What a sweep on a cluster would submit. */
export interface ClusterForecast extends Omit<ClusterPlan, "arrays"> {
  readonly study: string;
  readonly folder: string;
  readonly by: "slurm" | "workers";
  /** Arrays of tasks; beside them, the first line may be that of a task that asks a node what the engine is there. */
  readonly arrays: number;
  /**
   * The lines that submit it, word for word but for TOKEN, a name, and JOB1 and so on, numbers that Slurm gives; with Redis,
   * that which starts a worker.
   */
  readonly lines: readonly string[];
  /** What is likely to go wrong. */
  readonly warning?: string | undefined;
}

/** What a sweep on a cluster would submit; writes and submits nothing. */
export async function planOnCluster(
  config: string | ConfigInput,
  options: SweepOptions,
): Promise<ClusterForecast> {
  const {
    settings,
    scheduler,
    runsScripts,
    asksFirst = false,
    request,
    study,
  } = await prepared(config, { ...options, onEvent: () => {} }, false);
  study.data.release();
  const share = await shareOf(study, request);
  // Where there is no Slurm, such as on a laptop, its own default holds.
  const mostElements = await scheduler.mostElements().catch((error: unknown) => {
    if (error instanceof PruneLabError || error instanceof TryLater) return DEFAULT_MOST_ELEMENTS;
    throw error;
  });
  const { arrays, ...plan } = planCluster(share, settings, { mostElements });
  const forecast = {
    ...plan,
    arrays: arrays.length,
    study: request.options.name,
    folder: request.folder,
  };
  if (!runsScripts) {
    const line = `prune-lab worker ${scheduler.address} --results ${path.resolve(request.folder)}`;
    return { ...forecast, by: "workers", lines: [line] };
  }
  const folder = new ClusterFolder(request.folder);
  const lineOf = (submission: Submission) => shellLine(["sbatch", ...sbatchArguments(settings, submission)]);
  const probe = asksFirst ? [lineOf(probeSubmission(folder, "TOKEN", process.cwd()))] : [];
  const lines = arrays.map(({ elements, after }, place) => {
    const siblings = arrays.filter((other) => after !== undefined && other.after === after).length;
    return lineOf({
      token: "TOKEN",
      array: place + 1,
      indices: elements.map(({ index }) => index),
      atOnce: Math.max(1, Math.floor(settings.atOnce / Math.max(1, siblings))),
      afterJob: after === undefined ? undefined : `JOB${after + 1}`,
      exclude: [],
      script: folder.script("TOKEN"),
      workingFolder: process.cwd(),
      logFolder: folder.logs("TOKEN"),
    });
  });
  const warning = tooLongText(plan, settings);
  return { ...forecast, by: "slurm", lines: [...probe, ...lines], warning };
}

const DEFAULT_MOST_ELEMENTS = 1001;

/** What was left in the queue. */
export interface Submitted {
  readonly study: string;
  readonly folder: string;
  readonly tasks: number;
  /** Runs that are not stored yet. */
  readonly missing: number;
  /** Tasks that did not fit into the queue: who runs the sweep again submits them. */
  readonly unsent: number;
}

/** Submits a sweep, as `sweep` does, and leaves it. */
export async function submitSweep(config: string | ConfigInput, options: SweepOptions): Promise<Submitted> {
  const { request, study, ...target } = await prepared(config, options, true);
  const { signal, onEvent } = runOptions(options);
  const notify = (message: string) => onEvent({ event: "notice", study: request.options.name, message });
  if (request.fresh) await cancelTasks(request.folder);
  const open = await openStudy({
    ...request,
    study,
    configText: resolvedConfigYaml(study.options),
    runs: study.plan.runs,
    shard: undefined,
    notify,
    signal,
  });
  try {
    const work = workOf(open, study.data, onEvent);
    const left = await submitToCluster(clusterRequest(target, request, { open, work, signal, onEvent }));
    return { study: request.options.name, folder: request.folder, ...left };
  } finally {
    await open.folder.release();
  }
}

async function prepared(config: string | ConfigInput, options: SweepOptions, asksNode: boolean) {
  const target = await clusterTarget(config, options, { asksNode });
  const request = await requestOf(config, { ...options, ...target.chosen });
  const { onEvent } = runOptions(options);
  const notify = (message: string) => onEvent({ event: "notice", study: request.options.name, message });
  const resources = new StudyResources({ elsewhere: target.engine });
  return { ...target, request, study: await prepareStudy({ ...request, notify }, resources) };
}
