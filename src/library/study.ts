import { availableParallelism } from "node:os";
import { summarize } from "../analysis/summarize.ts";
import { openPngPool } from "../charts/rendering/png-pool.ts";
import type { Rasterize } from "../charts/rendering/rasterize.ts";
import type { DatasetHandle } from "../datasets/dataset-cache.ts";
import type { EngineDescription } from "../engines/engine.ts";
import type { StudyOptions } from "../experiment/options.ts";
import type { Run } from "../experiment/plan.ts";
import {
  type PreparedStudy,
  prepareStudy,
  runSettings,
  type StudyOutline,
  StudyResources,
} from "../experiment/prepare.ts";
import { PruneLabError } from "../foundations/errors.ts";
import { parameterCount } from "../network/parameters.ts";
import { MANIFEST_FILE } from "../recording/manifest.ts";
import { openResultsFolder, type ResultsFolder, RUNS_FOLDER } from "../recording/results-folder.ts";
import type { ResultRow, SummaryRow } from "../recording/rows.ts";
import { explainWriteError } from "../recording/write-error.ts";
import { labelsOf, manifestOf, settingsOf } from "../results/describe.ts";
import { type CheckpointChoice, writeCharts, writeCheckpoints, writeTables } from "../results/outputs.ts";
import { tabulate } from "../results/tabulate.ts";
import { resultWarnings, workerWarnings } from "../results/warnings.ts";
import { computeRuns, type StoredRuns, type StudyWork } from "../scheduling/compute.ts";
import type { OnStudyEvent } from "../scheduling/events.ts";
import { runsOfShard, type Shard } from "../scheduling/shard.ts";
import { RunStore } from "../scheduling/store.ts";
import { Lanes } from "../scheduling/threads/lanes.ts";

export interface StudyRequest {
  readonly options: StudyOptions;
  /** The resolved config, as it is recorded in config.yaml. */
  readonly configText: string;
  /** The folder of this study's results. */
  readonly folder: string;
  /** Where the dataset may lie, in place of the usual folders. */
  readonly dataDir: string | undefined;
  readonly checkpoints: CheckpointChoice;
  /** Start over: remove what an earlier sweep left in the folder. */
  readonly fresh: boolean;
}

/** How studies are run, one or several. */
export interface RunOptions {
  /** Worker threads; undefined for one a core. */
  readonly workers: number | undefined;
  /** Compute only this part of the runs, and write no tables; `mergeStudy` joins the parts. */
  readonly shard: Shard | undefined;
  /** When a study fails, go on with the others. */
  readonly keepGoing: boolean;
  readonly onEvent: OnStudyEvent;
  /** Aborting leaves the studies unfinished that are not done; their finished runs are kept. */
  readonly signal: AbortSignal;
}

export interface StudyOutcome {
  readonly study: string;
  /** Where everything lies. */
  readonly folder: string;
  /** The rows of summary.csv and results.csv; none for a shard. */
  readonly summary: readonly SummaryRow[];
  readonly results: readonly ResultRow[];
  /** Which part of the runs this is, of how many; undefined for the whole. */
  readonly shard: Shard | undefined;
  /** Runs that the folder holds now, of this study or shard. */
  readonly runs: number;
}

/** `unfinished`: interrupted, or stopped because another study failed; running it again continues. */
export type StudyEnd =
  | { readonly state: "done"; readonly outcome: StudyOutcome }
  | { readonly state: "failed" | "unfinished"; readonly error: unknown };

/** A study that runs alone. */
export type SingleStudyRequest = StudyRequest &
  Omit<RunOptions, "keepGoing" | "shard"> & { readonly shard?: Shard | undefined };

/** Runs one study. Throws a PruneLabError: `input`, `failure`, or `interrupted` when the signal was aborted. */
export async function runStudy(request: SingleStudyRequest): Promise<StudyOutcome> {
  const [end] = await runStudies([request], { shard: undefined, ...request, keepGoing: false });
  if (end?.state !== "done") throw end?.error;
  return end.outcome;
}

/**
 * The whole experiment: prepares each study, opens its results folder, computes the runs that are not stored yet,
 * writes tables, charts and checkpoints. Running it again continues where it stopped; every file but timings.csv
 * comes out the same, however often it was interrupted, on any number of workers, and whichever studies ran
 * beside it. Returns how each study ended, in order. Unless with `keepGoing`, nothing is computed when one of
 * them cannot begin, and all are stopped when one fails.
 */
export async function runStudies(
  requests: readonly StudyRequest[],
  options: RunOptions,
): Promise<readonly StudyEnd[]> {
  const { shard, keepGoing, signal, onEvent } = options;
  const ends = new Map<StudyRequest, StudyEnd>();
  const end = (request: StudyRequest, error: unknown) => ends.set(request, endOf(request, error, options));
  const goesOn = () => !signal.aborted && (keepGoing || ends.size === 0);
  const opened: { request: StudyRequest; open: OpenStudy; data: DatasetHandle }[] = [];
  const workers = options.workers ?? availableParallelism();
  const lanes = new Lanes(workers);
  const pngPool = openPngPool(workers);
  try {
    // 1. What is to be done: data, network, engine, and the graph of runs.
    const resources = new StudyResources();
    const prepared: { request: StudyRequest; study: PreparedStudy }[] = [];
    for (const request of requests) {
      if (!goesOn()) break;
      try {
        // Threads start while data is read.
        const onEngine = (engine: EngineDescription) => lanes.prepare(engine);
        const notify = (message: string) =>
          onEvent({ event: "notice", study: request.options.name, message });
        prepared.push({ request, study: await prepareStudy({ ...request, notify, onEngine }, resources) });
      } catch (error) {
        end(request, error);
      }
    }
    const studies = prepared.map(({ study }) => study);
    const shares = shard === undefined ? studies.map(({ plan }) => plan.runs) : runsOfShard(studies, shard);

    // 2. Where it goes: the folders, locked, with the runs that are finished already.
    for (const [i, { request, study }] of prepared.entries()) {
      if (!goesOn()) break;
      try {
        const open = await openStudy({ ...request, study, runs: shares[i] ?? [], shard });
        opened.push({ request, open, data: study.data });
      } catch (error) {
        end(request, error);
      }
    }

    // 3. The runs of all studies: baselines, then what hangs on them.
    if (goesOn()) {
      const works = opened.map(({ open, data }) => workOf(open, data, onEvent));
      for (const { study, engine } of works) {
        const notify = resources.once((message) => onEvent({ event: "notice", study, message }));
        for (const message of workerWarnings(engine, options.workers)) notify(message);
      }
      const onLastStarted = () => {
        if (shard === undefined) pngPool.prepare();
      };
      const computing = await computeRuns(works, {
        workers,
        lanes,
        keepGoing,
        signal,
        onEvent,
        onLastStarted,
      });

      // 4. What they say: tables, charts, checkpoints, of each study as soon as its runs are there.
      const finishing = opened.map(async ({ request, open }, i) => {
        try {
          const stored = await (computing[i] as (typeof computing)[number]);
          ends.set(request, {
            state: "done",
            outcome: await finishStudy(open, stored, onEvent, pngPool.rasterize),
          });
        } catch (error) {
          end(request, error);
        } finally {
          await open.folder.release();
        }
      });
      await Promise.all(finishing);
    }
  } finally {
    for (const { open } of opened) await open.folder.release();
    await Promise.all([lanes.close(), pngPool.close()]);
  }
  return requests.map((request) => ends.get(request) ?? { state: "unfinished", error: notStarted(signal) });
}

export interface StudyToOpen {
  readonly study: StudyOutline;
  readonly configText: string;
  readonly folder: string;
  readonly checkpoints: CheckpointChoice;
  readonly fresh: boolean;
  /** The runs that the folder has to hold in the end, parents first. */
  readonly runs: readonly Run[];
  readonly shard: Shard | undefined;
}

/** A study whose folder is open, and locked until it is released. */
export interface OpenStudy extends Omit<StudyToOpen, "folder" | "fresh"> {
  readonly folder: ResultsFolder;
  readonly store: RunStore;
}

/** Opens a study's results folder. Throws, with nothing written, as openResultsFolder does. */
export async function openStudy({ folder: path, fresh, ...request }: StudyToOpen): Promise<OpenStudy> {
  const { study } = request;
  const folder = await openResultsFolder(path, {
    settings: settingsOf(study),
    fresh,
    bytesNeeded: bytesNeeded(request),
  });
  const open = { ...request, folder, store: new RunStore(folder.runs, study.network) };
  try {
    await writeManifest(open, [], "start");
    return open;
  } catch (error) {
    await folder.release();
    throw error;
  }
}

/**
 * Writes everything that follows from the finished runs; for a shard, only which part it is. `toPng` may draw on
 * other threads.
 */
export async function finishStudy(
  open: OpenStudy,
  stored: StoredRuns,
  onEvent: OnStudyEvent,
  toPng?: Rasterize,
): Promise<StudyOutcome> {
  const { study, folder, shard } = open;
  const { options, plan } = study;
  const files = ["config.yaml"];
  await folder.write("config.yaml", open.configText);
  let summary: readonly SummaryRow[] = [];
  let results: readonly ResultRow[] = [];
  if (shard === undefined) {
    const tables = tabulate(plan, stored, labelsOf(study));
    results = tables.results;
    summary = summarize(results);
    files.push(...(await writeTables(folder, options, tables, summary)));
    for (const message of resultWarnings(plan, stored)) {
      onEvent({ event: "notice", study: options.name, message });
    }
    files.push(...(await writeCharts(folder, study, open.configText, tables, toPng)));
    files.push(...(await writeCheckpoints(folder, study, open.store, open.checkpoints)));
  }
  await writeManifest(open, files, "final");
  onEvent({ event: "finished", study: options.name, folder: folder.path, files });
  return { study: options.name, folder: folder.path, summary, results, shard, runs: stored.size };
}

function workOf(open: OpenStudy, data: DatasetHandle, onEvent: OnStudyEvent): StudyWork {
  const { study, store, runs } = open;
  const { options, network, engine } = study;
  return {
    study: options.name,
    runs,
    store,
    settings: runSettings(study),
    data,
    engine,
    keepWeights: keepsWeights(open),
    announce: (counts) =>
      onEvent({
        event: "planned",
        study: options.name,
        folder: open.folder.path,
        dataset: study.dataset.name,
        model: options.model.name,
        parameters: parameterCount(network),
        engine: engine.name,
        device: engine.device,
        ...counts,
      }),
  };
}

function keepsWeights({ checkpoints }: Pick<OpenStudy, "checkpoints">): (run: Run) => boolean {
  return (run) => run.kind === "baseline" || checkpoints === "all";
}

/** Weights of the runs that keep them, twice for those that become checkpoints, and a margin for tables and charts. */
function bytesNeeded(request: Pick<OpenStudy, "study" | "runs" | "checkpoints">): number {
  const weights = 5 * parameterCount(request.study.network);
  const tables = 4 * 2 ** 20 + 65_536 * request.study.plan.cells.length;
  return 2 * weights * request.runs.filter(keepsWeights(request)).length + tables;
}

async function writeManifest(open: OpenStudy, files: readonly string[], stage: "start" | "final") {
  const { study, folder, runs, shard, checkpoints } = open;
  const all = [MANIFEST_FILE, ...files, ...runs.map(({ id }) => `${RUNS_FOLDER}/${id}`)];
  const part = shard === undefined ? undefined : { shard: shard.index, of: shard.count, checkpoints };
  await folder.writeManifest(manifestOf(study, all, part), stage);
}

function endOf(request: StudyRequest, thrown: unknown, { onEvent }: Pick<RunOptions, "onEvent">): StudyEnd {
  const error = explainWriteError(thrown, request.folder);
  const kind = error instanceof PruneLabError ? error.kind : "failure";
  onEvent({
    event: "failed",
    study: request.options.name,
    folder: request.folder,
    kind,
    message: error instanceof Error ? error.message : String(error),
    hint: error instanceof PruneLabError ? (error.hint ?? null) : null,
  });
  return { state: kind === "interrupted" ? "unfinished" : "failed", error };
}

function notStarted(signal: AbortSignal): PruneLabError {
  return signal.aborted
    ? new PruneLabError("interrupted", "Interrupted before the first run.")
    : new PruneLabError("interrupted", "Not started, because another study cannot begin.");
}
