import path from "node:path";
import { type Bracket, nextKept, sparsityKeeping } from "../analysis/bisection.ts";
import { percent } from "../charts/parts/titles.ts";
import type { ConfigInput } from "../config/schema.ts";
import type { StudyOptions } from "../experiment/options.ts";
import { type PreparedStudy, prepareStudy, StudyResources } from "../experiment/prepare.ts";
import type { Run } from "../experiment/runs/index.ts";
import { inputError } from "../foundations/errors.ts";
import { differenceText } from "../metrics/words.ts";
import { parameterCount, parameterSpecs } from "../network/parameters.ts";
import { constructions } from "../pruning/constructions/registry.ts";
import { isConstructed } from "../pruning/method.ts";
import { type MethodOptions, resolveMethod } from "../pruning/methods.ts";
import { writeCsv } from "../recording/csv.ts";
import { FIND_FILE, openResultsFolder, type ResultsFolder } from "../recording/results-folder.ts";
import { explainWriteError } from "../recording/write-error.ts";
import { settingsOf } from "../results/describe.ts";
import { keptArtifacts } from "../results/study-folder.ts";
import { computeRuns } from "../scheduling/compute.ts";
import type { StoredRuns, StudyWork } from "../scheduling/share.ts";
import { ThreadExecutor } from "../scheduling/threads/executor.ts";
import { keepsPassedOn, listFiles, missingRuns, workOf } from "./find-runs.ts";
import { findColumns, findRows, type Look, lookAt, metricOf, type PlannedLook, planLook } from "./looks.ts";
import { type CommonOptions, onEngineOf, readConfig, runOptions } from "./request.ts";

export interface FindOptions
  extends Pick<CommonOptions, "set" | "engine" | "dataDir" | "workers" | "signal" | "onEvent"> {
  /**
   * How much worse than the dense control a network may be on the validation examples: percentage points of accuracy, or
   * percent of the loss of a regression (default: 1).
   */
  readonly within?: number;
  /** Ends once what is found keeps at most this part more weights than what lies outside (default: 0.05). */
  readonly tolerance?: number;
  /** Folder of the results (default: results/<name>), where a sweep's runs are used and its tables left alone. */
  readonly out?: string;
}

/** The largest sparsity inside the margin that was found for a method. */
export interface FoundSparsity {
  readonly method: string;
  /** 0 where nothing but the dense control lies inside. */
  readonly sparsity: number;
  /** The smallest sparsity outside that was looked at; null where there is none. */
  readonly outside: number | null;
  /** What is known of it; undefined at sparsity 0. */
  readonly found: Look | undefined;
  readonly looks: readonly Look[];
}

export interface FindOutcome {
  readonly study: string;
  readonly folder: string;
  readonly within: number;
  readonly tolerance: number;
  /** `accuracy`, or `loss` of a regression. */
  readonly metric: string;
  readonly methods: readonly FoundSparsity[];
}

/** The search of one method. */
interface Search {
  readonly method: MethodOptions;
  readonly looks: Look[];
  bracket: Bracket;
}

/**
 * For each method of a config the largest sparsity at which it stays within a margin of its dense control, by bisection on
 * the validation examples, over the config's seeds. Computes what the folder does not have, and writes find.csv with all
 * points that were looked at. The same bytes on every re-run, however often it was interrupted.
 *
 * It finds a sparsity inside the margin beside one outside; where a curve falls and rises again there may be others beyond.
 * Throws a PruneLabError as sweep does, and of kind `input` for data without validation examples.
 */
export async function find(config: string | ConfigInput, options: FindOptions = {}): Promise<FindOutcome> {
  const { within = 1, tolerance = 0.05 } = options;
  refuseOutOfRange({ within, tolerance });
  const run = { ...runOptions(options), shard: undefined, keepGoing: false };
  const asked = await readConfig(config, options);
  const folderPath = options.out ?? path.join("results", asked.name);
  const resolved = await onEngineOf(folderPath, asked);
  const notify = (message: string) => run.onEvent({ event: "notice", study: resolved.name, message });
  const { workers } = run;
  const resources = new StudyResources({ workers });
  const executor = new ThreadExecutor(workers, (checksum) => resources.datasets.load(checksum));
  let study: PreparedStudy | undefined;
  let folder: ResultsFolder | undefined;
  try {
    // 1. What is searched, and where the runs are.
    study = await prepareStudy({ options: resolved, dataDir: options.dataDir, notify }, resources);
    refuseWithoutValidation(study);
    const weights = prunableWeights(study);
    const searches = searchableMethods(resolved, notify).map(
      (method): Search => ({ method, looks: [], bracket: { inside: 1, outside: 1 / weights } }),
    );
    folder = await openResultsFolder(folderPath, {
      settings: settingsOf(study),
      fresh: false,
      bytesNeeded: 50 * parameterCount(study.settings.network),
      notify,
      signal: run.signal,
    });
    const found = { study, folder };
    const kept = keptArtifacts(study, "baselines");
    const compute = async (runs: readonly Run[], keeps: StudyWork["keeps"]): Promise<StoredRuns> => {
      const work = workOf({ ...found, runs, keeps }, run.onEvent);
      const request = { ...run, workers, executor, keepsExecutor: true, onLastStarted: () => {} };
      const [computing] = await computeRuns([work], request);
      return computing ?? new Map();
    };

    // 2. One sparsity of each method at a time, until all brackets are narrow.
    const looked = new Map<string, Run>();
    for (;;) {
      const next = searches.flatMap((search): [Search, PlannedLook][] => {
        const fraction = nextKept(search.bracket, tolerance);
        if (fraction === undefined) return [];
        return [[search, planLook(found.study, search.method, sparsityKeeping(fraction))]];
      });
      if (next.length === 0) break;
      const runs = new Map(
        next.flatMap(([, { outline }]) => outline.plan.runs.map((each) => [each.id, each])),
      );
      for (const [id, each] of runs) looked.set(id, each);
      await listFiles(found, [...runs.keys()]);
      // Levels on the way to one sparsity lead to the next that is looked at, too; unless nothing is left to compute.
      const { length: missing } = await missingRuns([...runs.keys()], found);
      const keeps = missing === 0 ? kept : keepsPassedOn([...runs.values()], kept);
      const stored = await compute([...runs.values()], keeps);
      for (const [search, planned] of next) {
        const look = lookAt(planned, stored, within);
        search.looks.push(look);
        search.bracket = { ...search.bracket, [look.inside ? "inside" : "outside"]: 1 - look.sparsity };
        notify(lookText(look, study));
      }
    }

    // 3. What was found; what runs pass on is needed no more.
    await compute([...looked.values()], kept);
    const methods = searches.map(foundOf);
    const rows = methods.flatMap((each) => findRows(found.study, each.looks, within, each.found));
    await folder.write(FIND_FILE, writeCsv("find", findColumns, rows));
    await listFiles(found, []);
    const { name } = metricOf(study);
    return { study: resolved.name, folder: folderPath, within, tolerance, metric: name, methods };
  } catch (error) {
    throw explainWriteError(error, folderPath);
  } finally {
    study?.data.release();
    await folder?.release();
    await executor.close();
  }
}

function foundOf({ method, looks }: Search): FoundSparsity {
  const inside = looks.filter((look) => look.inside).toSorted((a, b) => b.sparsity - a.sparsity);
  const outside = looks.filter((look) => !look.inside).map(({ sparsity }) => sparsity);
  const [found] = inside;
  return {
    method: resolveMethod(method).name,
    sparsity: found?.sparsity ?? 0,
    outside: outside.length === 0 ? null : Math.min(...outside),
    found,
    looks,
  };
}

/** `global-magnitude at 93.5%: a drop of 0.42 points on the validation examples, inside.` */
function lookText({ method, sparsity, drop, diverged, inside }: Look, study: PreparedStudy): string {
  const { difference } = metricOf(study);
  const found =
    diverged > 0 || drop.mean === null
      ? `${diverged} diverged`
      : `a ${difference.name} of ${differenceText({ difference }, drop.mean.toFixed(2))} on the validation examples`;
  return `${method} at ${percent(sparsity)} pruned: ${found}, ${inside ? "inside" : "outside"}.`;
}

function prunableWeights({ settings: { network, prunable } }: PreparedStudy): number {
  return parameterSpecs(network)
    .filter(({ name }) => prunable.includes(name))
    .reduce((sum, { size }) => sum + size, 0);
}

/** The methods that can be had at any sparsity; what else the config has is told. */
function searchableMethods(
  { name, prune }: StudyOptions,
  notify: (message: string) => void,
): MethodOptions[] {
  const fixed = prune.methods.filter((options) => {
    const method = resolveMethod(options);
    return isConstructed(method) && constructions.named(method.construction.name).takesSparsity !== true;
  });
  const names = fixed.map((options) => resolveMethod(options).name).join(", ");
  if (fixed.length === prune.methods.length) {
    throw inputError(
      `${name}: every method has a sparsity of its own (${names}), so there is nothing to find.`,
    );
  }
  if (fixed.length > 0) notify(`Left out, since it has a sparsity of its own: ${names}.`);
  return prune.methods.filter((options) => !fixed.includes(options));
}

function refuseOutOfRange({
  within,
  tolerance,
}: {
  readonly within: number;
  readonly tolerance: number;
}): void {
  if (!(within >= 0 && Number.isFinite(within))) {
    throw inputError(`within: ${within} is not a number from 0, such as 1 for 1 point of accuracy.`);
  }
  if (!(tolerance >= 1e-6 && tolerance <= 1)) {
    throw inputError(
      `tolerance: ${tolerance} is not a number from 0.000001 to 1: a part of the weights kept, such as 0.05.`,
    );
  }
}

function refuseWithoutValidation({ dataset, options }: PreparedStudy): void {
  if (dataset.examples.validation > 0) return;
  throw inputError(
    `${options.name}: ${dataset.name} has no validation examples, and what is found must not be chosen on the test examples.`,
    { hint: "Hold some out: --set dataset.validation=5000" },
  );
}
