import { availableParallelism } from "node:os";
import { summarize } from "../analysis/summarize.ts";
import { renderCharts } from "../charts/render.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { loadDataset } from "../datasets/registry.ts";
import type { EngineDescription } from "../engines/engine.ts";
import { type NetworkSpec, parameterCount, parameterSpecs } from "../engines/network-spec.ts";
import { openEngine } from "../engines/registry.ts";
import { contentHash } from "../foundations/hash.ts";
import { packageVersion } from "../foundations/paths.ts";
import { buildNetwork } from "../models/registry.ts";
import { prunableTensors } from "../pruning/prunable.ts";
import { encodeCheckpoint } from "../recording/checkpoint.ts";
import { formatCsv } from "../recording/csv.ts";
import { MANIFEST_FILE, type Manifest } from "../recording/manifest.ts";
import { openResultsFolder, type ResultsFolder, RUNS_FOLDER } from "../recording/results-folder.ts";
import type { ResultRow, SummaryRow } from "../recording/rows.ts";
import { SNAPSHOTS_FILE } from "../recording/snapshots.ts";
import { computeRuns } from "./compute.ts";
import type { OnStudyEvent } from "./events.ts";
import type { StudyOptions } from "./options.ts";
import { planStudy, type Run, recipeHash, type StudyPlan } from "./plan.ts";
import type { RunSettings } from "./run.ts";
import { RunStore } from "./store.ts";
import { type Tables, tabulate } from "./tabulate.ts";
import { resultWarnings } from "./warnings.ts";

export type CheckpointChoice = "all" | "baselines" | "none";

export interface StudyRequest {
  readonly options: StudyOptions;
  /** The resolved config, as it is recorded in config.yaml. */
  readonly configText: string;
  /** The folder of this study's results. */
  readonly folder: string;
  /** Where the dataset may lie, in place of the usual folders. */
  readonly dataDir: string | undefined;
  /** Worker threads; undefined for one a core. */
  readonly workers: number | undefined;
  readonly checkpoints: CheckpointChoice;
  /** Start over: remove what an earlier sweep left in the folder. */
  readonly fresh: boolean;
  readonly onEvent: OnStudyEvent;
  /** Aborting ends the study with a PruneLabError of kind `interrupted`; finished runs are kept. */
  readonly signal: AbortSignal;
}

export interface StudyOutcome {
  readonly summary: readonly SummaryRow[];
  readonly results: readonly ResultRow[];
  /** Where everything lies. */
  readonly folder: string;
}

/** A study with everything that has to be known before the first run. */
export interface PreparedStudy {
  readonly options: StudyOptions;
  readonly dataset: Dataset;
  readonly network: NetworkSpec;
  readonly engine: EngineDescription;
  readonly prunable: readonly string[];
  readonly plan: StudyPlan;
}

/**
 * The whole experiment: prepares, opens the results folder, computes the runs that are not stored yet, writes
 * tables, charts and checkpoints. Running it again continues where it stopped; every file but timings.csv comes
 * out the same, however often it was interrupted and on any number of workers.
 */
export async function runStudy(request: StudyRequest): Promise<StudyOutcome> {
  // 1. What is to be done: data, network, engine, and the graph of runs.
  const study = await prepareStudy(request);
  const { options, network, plan } = study;

  // 2. Where it goes: the folder, locked, with the runs that are finished already.
  const keepWeights = (run: Run) => run.kind === "baseline" || request.checkpoints === "all";
  const folder = await openResultsFolder(request.folder, {
    settings: settingsOf(study),
    fresh: request.fresh,
    bytesNeeded: bytesNeeded(study, keepWeights),
  });
  try {
    await folder.writeManifest(manifestOf(study, [MANIFEST_FILE, ...plan.runs.map(runPath)]), "start");
    const store = new RunStore(folder.runs, network);

    // 3. The runs: baselines, then what hangs on them.
    const stored = await computeRuns({
      plan,
      store,
      settings: runSettings(study),
      dataset: study.dataset,
      engine: study.engine.name,
      workers: request.workers ?? availableParallelism(),
      keepWeights,
      signal: request.signal,
      onEvent: request.onEvent,
      announce: (counts) =>
        request.onEvent({
          event: "planned",
          study: options.name,
          folder: request.folder,
          dataset: study.dataset.name,
          model: options.model.name,
          parameters: parameterCount(network),
          engine: study.engine.name,
          device: study.engine.device,
          ...counts,
        }),
    });

    // 4. What they say, as tables.
    const tables = tabulate(plan, stored, labelsOf(study));
    const summary = summarize(tables.results);
    const files = await writeTables(folder, options, tables, summary);
    await folder.write("config.yaml", request.configText);
    files.push("config.yaml");
    for (const message of resultWarnings(plan, stored)) request.onEvent({ event: "notice", message });

    // 5. Pictures and weights.
    files.push(...(await writeCharts(folder, tables)));
    files.push(...(await writeCheckpoints(folder, study, store, request.checkpoints)));
    await folder.writeManifest(
      manifestOf(study, [MANIFEST_FILE, ...files, ...plan.runs.map(runPath)]),
      "final",
    );
    request.onEvent({ event: "finished", folder: request.folder, files });
    return { summary, results: tables.results, folder: request.folder };
  } finally {
    await folder.release();
  }
}

/** Loads the data, builds the network, opens the engine and plans the runs; writes nothing. */
export async function prepareStudy(
  request: Pick<StudyRequest, "options" | "dataDir" | "onEvent">,
): Promise<PreparedStudy> {
  const { options } = request;
  const notify = (message: string) => request.onEvent({ event: "notice", message });
  const dataset = await loadDataset(options.dataset, { dataDir: request.dataDir, notify });
  const { targets } = dataset.train;
  const network =
    targets.kind === "classes"
      ? buildNetwork(options.model, dataset.train.shape, targets.classes, "softmax-cross-entropy")
      : buildNetwork(options.model, dataset.train.shape, targets.width, "mean-squared-error");
  const prunable = prunableTensors(network, options.prune).map(({ name }) => name);
  const opened = await openEngine(options.engine, notify);
  const engine = opened.description;
  await opened.dispose();
  const plan = planStudy({
    options,
    network,
    prunable,
    datasetChecksum: dataset.checksum,
    engineIdentity: engine.identity,
  });
  return { options, dataset, network, engine, prunable, plan };
}

/** What the worker threads need to know. */
export function runSettings({ options, network, prunable, plan }: PreparedStudy): RunSettings {
  return {
    network,
    initializer: options.model.initializer,
    train: options.train,
    finetune: plan.finetune,
    prunable,
  };
}

/** What may not change when a results folder is continued. */
function settingsOf({ options, dataset, engine }: PreparedStudy): unknown {
  const { methods: _methods, sparsities: _sparsities, ...prune } = options.prune;
  return {
    name: options.name,
    dataset: { ...options.dataset, found: dataset.name, checksum: dataset.checksum },
    model: options.model,
    train: options.train,
    prune,
    output: options.output,
    engine: { name: engine.name, identity: engine.identity },
  };
}

function labelsOf(study: PreparedStudy) {
  const { options, dataset, network, prunable, engine } = study;
  return {
    study: options.name,
    dataset: dataset.name,
    testExamples: dataset.test.count,
    model: options.model.name,
    engine: engine.name,
    recovery: options.prune.finetune === null ? "none" : "finetune",
    recipe: recipeHash({ options, network, prunable, datasetChecksum: dataset.checksum }),
  };
}

function manifestOf(study: PreparedStudy, files: readonly string[]): Manifest {
  const { options, dataset, network, engine, plan } = study;
  const settings = settingsOf(study);
  return {
    tool: "prune-lab",
    format: 1,
    version: packageVersion(),
    node: process.version,
    study: options.name,
    identity: contentHash(settings),
    settings,
    engine,
    dataset: {
      name: dataset.name,
      checksum: dataset.checksum,
      sources: dataset.sources,
      examples: {
        train: dataset.train.count,
        validation: dataset.validation.count,
        test: dataset.test.count,
      },
    },
    model: {
      name: options.model.name,
      parameters: parameterCount(network),
      tensors: Object.fromEntries(parameterSpecs(network).map(({ name, shape }) => [name, shape])),
    },
    runs: Object.fromEntries(plan.runs.map((run) => [run.label, run.id])),
    files,
  };
}

function runPath(run: Run): string {
  return `${RUNS_FOLDER}/${run.id}`;
}

/** Weights of the runs that keep them, twice for those that become checkpoints, and a margin for tables and charts. */
function bytesNeeded({ network, plan }: PreparedStudy, keepWeights: (run: Run) => boolean): number {
  const weights = 5 * parameterCount(network);
  const tables = 4 * 2 ** 20 + 65_536 * plan.cells.length;
  return 2 * weights * plan.runs.filter(keepWeights).length + tables;
}

async function writeTables(
  folder: ResultsFolder,
  options: StudyOptions,
  tables: Tables,
  summary: readonly SummaryRow[],
): Promise<string[]> {
  const texts: readonly (readonly [string, string])[] = [
    [options.output.results, formatCsv("results", tables.results)],
    ["summary.csv", formatCsv("summary", summary)],
    ["layers.csv", formatCsv("layers", tables.layers)],
    ["history.csv", formatCsv("history", tables.history)],
    ["timings.csv", formatCsv("timings", tables.timings)],
    [SNAPSHOTS_FILE, `${JSON.stringify(tables.snapshots, null, 1)}\n`],
  ];
  for (const [name, text] of texts) await folder.write(name, text);
  return texts.map(([name]) => name);
}

async function writeCharts(folder: ResultsFolder, tables: Tables): Promise<string[]> {
  const files: string[] = [];
  for (const chart of await renderCharts(tables)) {
    const parts: readonly (readonly [string, string | Uint8Array])[] = [
      [`charts/${chart.name}.vl.json`, `${JSON.stringify(chart.spec, null, 2)}\n`],
      [`charts/${chart.name}.svg`, chart.svg],
      [`charts/${chart.name}.png`, chart.png],
    ];
    for (const [name, content] of parts) {
      await folder.write(name, content);
      files.push(name);
    }
  }
  return files;
}

/** Writes one safetensors file a baseline, and with `all` one a cell of the grid. */
async function writeCheckpoints(
  folder: ResultsFolder,
  { network, plan }: PreparedStudy,
  store: RunStore,
  choice: CheckpointChoice,
): Promise<string[]> {
  if (choice === "none") return [];
  const baselines = plan.runs
    .filter((run) => run.kind === "baseline")
    .map(({ id, label }) => ({ id, label }));
  const points = choice === "all" ? plan.cells.map(({ point, label }) => ({ id: point, label })) : [];
  const files: string[] = [];
  for (const { id, label } of [...baselines, ...points]) {
    const { parameters, masks } = await store.readWeights(id);
    const file = `checkpoints/${label}.safetensors`;
    await folder.write(file, encodeCheckpoint(network, parameters, masks));
    files.push(file);
  }
  return files;
}
