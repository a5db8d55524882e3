import path from "node:path";
import type { ConfigInput } from "../config/schema.ts";
import { prepareStudy, type StudyOutline } from "../experiment/prepare.ts";
import type { StudyOutcome } from "../results/study-folder.ts";
import { type CommonOptions, outputRoot, readConfig, runOptions, studyRequest } from "./request.ts";
import { runStudy, type StudyRequest } from "./study.ts";

export interface SweepOptions extends CommonOptions {
  /** Folder of the results (default: results/<name>). */
  readonly out?: string;
}

/**
 * Runs a sweep: trains a network once a seed, prunes it by each method to each sparsity, fine-tunes, and writes
 * tables, charts and checkpoints. `config` is a path, the name of a shipped config, or the config as data. Run
 * again on the same folder, it continues. Returns the rows of summary.csv and results.csv.
 *
 * Throws a PruneLabError whose `kind` says what happened: `input` (config, data, folder), `failure`, or
 * `interrupted` when the signal was aborted.
 */
export async function sweep(config: string | ConfigInput, options: SweepOptions = {}): Promise<StudyOutcome> {
  return runStudy({ ...(await requestOf(config, options)), ...runOptions(options) });
}

/** What a sweep would do: its runs, network, data and engine; computes and writes nothing. */
export async function planSweep(
  config: string | ConfigInput,
  options: SweepOptions = {},
): Promise<{ readonly outline: StudyOutline; readonly folder: string }> {
  const request = await requestOf(config, options);
  const { onEvent } = runOptions(options);
  const notify = (message: string) => onEvent({ event: "notice", study: request.options.name, message });
  const { data, ...outline } = await prepareStudy({ ...request, notify });
  data.release();
  return { outline, folder: request.folder };
}

async function requestOf(config: string | ConfigInput, options: SweepOptions): Promise<StudyRequest> {
  const resolved = await readConfig(config, options);
  const folder = options.out ?? path.join(outputRoot(runOptions(options).shard), resolved.name);
  return studyRequest(resolved, folder, options);
}
