import type { ConfigInput } from "../config/schema.ts";
import { prepareStudy, type StudyOutline, StudyResources } from "../experiment/prepare.ts";
import type { StudyOutcome } from "../results/study-folder.ts";
import type { ComputedAgain } from "../scheduling/again.ts";
import { clusterTarget } from "./cluster-target.ts";
import { cancelTasks } from "./cluster-tasks.ts";
import { type CommonOptions, folderOf, readConfig, runOptions, studyRequest } from "./request.ts";
import { runStudy, type StudyRequest, storedOf } from "./study.ts";

export interface SweepOptions extends CommonOptions {
  /** Folder of the results (default: results/<name>). */
  readonly out?: string;
  /** What computes in place of this machine. */
  readonly on?: "slurm" | `redis://${string}` | `rediss://${string}`;
  /** The file that says where tasks go (default: cluster.yaml beside the config, or in ~/.config/prune-lab). */
  readonly cluster?: string;
}

/**
 * Runs a sweep: trains one network for each seed, prunes it by each method to each sparsity, fine-tunes, and writes
 * tables, charts and checkpoints. `config` is a path, the name of a shipped config, or the config as data. Run
 * again on the same folder, it continues. Returns the rows of summary.csv and results.csv.
 *
 * Throws a PruneLabError whose `kind` says what happened: `input` (config, data, folder), `failure`, or
 * `interrupted` when the signal was aborted.
 */
export async function sweep(config: string | ConfigInput, options: SweepOptions = {}): Promise<StudyOutcome> {
  const target = options.on === undefined ? undefined : await clusterTarget(config, options);
  const request = await requestOf(config, target === undefined ? options : { ...options, ...target.chosen });
  if (request.fresh) await cancelTasks(request.folder);
  return runStudy({ ...request, ...runOptions(options), cluster: target });
}

/** What a sweep would do. */
export interface SweepPlan {
  /** Its runs, network, data and engine. */
  readonly outline: StudyOutline;
  readonly folder: string;
  /** Runs that the folder holds, with all that is asked of them. */
  readonly stored: number;
  /** Runs that it holds without what is asked of them now, such as their weights: they would be computed again. */
  readonly again: ComputedAgain;
}

/** What a sweep would do; computes and writes nothing. */
export async function planSweep(
  config: string | ConfigInput,
  options: SweepOptions = {},
): Promise<SweepPlan> {
  const target =
    options.on === undefined ? undefined : await clusterTarget(config, options, { asksNode: false });
  const request = await requestOf(config, target === undefined ? options : { ...options, ...target.chosen });
  const { onEvent, workers } = runOptions(options);
  const notify = (message: string) => onEvent({ event: "notice", study: request.options.name, message });
  const { data, ...outline } = await prepareStudy({ ...request, notify }, new StudyResources({ workers }));
  data.release();
  return { outline, folder: request.folder, ...(await storedOf({ ...outline, data }, request)) };
}

export async function requestOf(config: string | ConfigInput, options: SweepOptions): Promise<StudyRequest> {
  const resolved = await readConfig(config, options);
  return studyRequest(resolved, folderOf(resolved, options), options);
}
