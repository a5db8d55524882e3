import { baselineHealth } from "../analysis/baseline-health.ts";
import { failureHeadline, failureSentences } from "../analysis/failed-networks.ts";
import { summarize } from "../analysis/summarize.ts";
import type { Pictures } from "../charts/rendering/picture-pool.ts";
import { lastOfEach } from "../experiment/plan.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import { keepsWeights, type Run } from "../experiment/runs/index.ts";
import type { Artifact } from "../experiment/runs/run.ts";
import { settledPlan } from "../experiment/settled-plan.ts";
import type { Notify } from "../foundations/notices.ts";
import { inPhase } from "../foundations/phases.ts";
import { shellWord } from "../foundations/shell-word.ts";
import { type FormulaMetric, formulaMetrics } from "../metrics/formula/metric.ts";
import { parameterCount } from "../network/parameters.ts";
import { describeCheckpoint } from "../recording/checkpoint.ts";
import { type EvaluationRows, joinEvaluation } from "../recording/evaluation.ts";
import { MANIFEST_FILE, type ManifestCharts } from "../recording/manifest.ts";
import type { PublishedPoint } from "../recording/published-points.ts";
import { openResultsFolder, type ResultsFolder, RUNS_FOLDER } from "../recording/results-folder.ts";
import type { ResultRow, SummaryRow } from "../recording/rows.ts";
import { tablesEntry } from "../recording/table-checksums.ts";
import type { OnStudyEvent } from "../scheduling/events.ts";
import { PACKS_FOLDER } from "../scheduling/packs/pack-writer.ts";
import type { Shard } from "../scheduling/shard.ts";
import type { StoredRuns } from "../scheduling/share.ts";
import { RunStore } from "../scheduling/store.ts";
import { type CheckpointChoice, type CheckpointFile, checkpointFiles } from "./checkpoints.ts";
import { labelsOf, manifestOf, settingsOf } from "./describe.ts";
import { tooLongToDraw } from "./drawing-memory.ts";
import { formulaWarnings } from "./formula-warnings.ts";
import { chartFiles, TIMINGS_FILE, tableFiles } from "./outputs.ts";
import { publishedBeside, publishedWarnings } from "./published.ts";
import { DrawnCharts, type OutputFile } from "./report/drawn-charts.ts";
import { tabulate } from "./tabulate.ts";
import { resultWarnings } from "./warnings.ts";

export interface StudyToOpen {
  readonly study: StudyOutline;
  /** The resolved config, as it is recorded in config.yaml. */
  readonly configText: string;
  readonly folder: string;
  readonly checkpoints: CheckpointChoice;
  /** Draw charts and the report. */
  readonly charts: boolean;
  /** Start over: remove what an earlier sweep left in the folder. */
  readonly fresh: boolean;
  /** The runs that the folder has to hold in the end, parents first. */
  readonly runs: readonly Run[];
  readonly shard: Shard | undefined;
  /** Told what takes long. */
  readonly notify: Notify;
  /** Aborting ends the removal of what an earlier sweep left. */
  readonly signal?: AbortSignal;
}

/** A study whose folder is open, and locked until it is released. */
export interface OpenStudy extends Omit<StudyToOpen, "folder" | "fresh" | "notify" | "signal"> {
  readonly folder: ResultsFolder;
  readonly store: RunStore;
}

export interface StudyOutcome {
  readonly study: string;
  /** Where everything lies. */
  readonly folder: string;
  /** The rows of summary.csv and results.csv; none for a shard. */
  readonly summary: readonly SummaryRow[];
  readonly results: readonly ResultRow[];
  /** Metrics of the user's own, whose columns the rows have. */
  readonly metrics: readonly FormulaMetric[];
  /** Figures of papers on the same network and data. */
  readonly published: readonly PublishedPoint[];
  /** The rows of the tables that `evaluate` asks for. */
  readonly evaluation: EvaluationRows;
  /** What has to be known before any figure is used, in one line: that dense networks did not learn. */
  readonly caution: string | undefined;
  /** Which part of the runs this is, of how many; undefined for the whole. */
  readonly shard: Shard | undefined;
  /** Runs that the folder holds now, of this study or shard. */
  readonly runs: number;
  /** Whether charts and report are drawn: they were wanted, and fit into memory. */
  readonly charts: boolean;
}

/** Opens a study's results folder. Throws, with nothing written, as openResultsFolder does. */
export async function openStudy({
  folder: path,
  fresh,
  notify,
  signal,
  ...request
}: StudyToOpen): Promise<OpenStudy> {
  const { study } = request;
  const folder = await openResultsFolder(path, {
    settings: settingsOf(study),
    fresh,
    bytesNeeded: bytesNeeded(request),
    notify,
    signal,
  });
  const open = { ...request, folder, store: new RunStore(folder.runs, study.settings.network) };
  try {
    await writeManifest(open, [], "start");
    return open;
  } catch (error) {
    await folder.release();
    throw error;
  }
}

/** The open study with a larger plan, such as one with more seeds, which the folder has to hold then. */
export async function extendStudy(open: OpenStudy, study: StudyOutline): Promise<OpenStudy> {
  const extended = { ...open, study, runs: study.plan.runs };
  await writeManifest(extended, [], "start");
  return extended;
}

/**
 * Writes everything that follows from the finished runs; for a shard, only which part it is. Tables first: they need no
 * chart.
 */
export async function finishStudy(
  open: OpenStudy,
  stored: StoredRuns,
  onEvent: OnStudyEvent,
  pictures: Pictures,
): Promise<StudyOutcome> {
  const { folder, shard } = open;
  // A shard has no results to choose learning rates by.
  const study = shard === undefined ? { ...open.study, plan: settledPlan(open.study, stored) } : open.study;
  const { options, plan } = study;
  const metrics = formulaMetrics(options.metrics);
  const published = shard === undefined ? publishedBeside(study) : [];
  const files = new FilesOfStudy(open);
  let summary: readonly SummaryRow[] = [];
  let results: readonly ResultRow[] = [];
  let evaluation = joinEvaluation([]);
  let caution: string | undefined;
  let tableBytes: readonly OutputFile[] = [];
  let charts: ManifestCharts | undefined;
  const config: OutputFile = ["config.yaml", open.configText];
  if (shard === undefined) {
    const tables = await inPhase("tables", () => {
      const made = tabulate(study, stored, labelsOf(study), options.metrics);
      summary = summarize(made.results, metrics);
      tableBytes = tableFiles(options, made, summary, published);
      return made;
    });
    ({ results, evaluation } = tables);
    const checkpoints = checkpointFiles(study, open.checkpoints, { stored, results });
    await files.write([config, ...tableBytes], { checkpoints });
    const health = baselineHealth(results, () => study.dataset.constantGuess);
    caution = failureHeadline(health);
    const failures = failureSentences(health, results);
    const unlearned = failures.length === 0 ? [] : [`Warning: ${failures.join(" ")}`];
    const ofFormulas = formulaWarnings(results, options.metrics ?? []);
    const ofPapers = publishedWarnings(study, published);
    for (const message of [...unlearned, ...resultWarnings(plan, stored), ...ofFormulas, ...ofPapers]) {
      onEvent({ event: "notice", study: options.name, message });
    }
    const { layers, history } = tables;
    const tooLong = tooLongToDraw({ results: results.length, details: layers.length + history.length });
    if (open.charts && tooLong !== undefined) {
      const message = `No charts: ${tooLong.message}. ${tooLong.option} prune-lab report ${shellWord(folder.path)} draws them.`;
      onEvent({ event: "notice", study: options.name, message });
    } else if (open.charts) {
      const draw = async () => {
        const drawing = { ...pictures, drawn: await DrawnCharts.in(folder.path) };
        return chartFiles(study, open.configText, tables, published, drawing);
      };
      const drawn = await inPhase("drawing", draw);
      charts = drawn.charts;
      await files.write(drawn.files, { unchanged: drawn.unchanged });
    }
  } else await files.write([config]);
  await writeManifest(open, files.names, "final", { tables: tableBytes, charts });
  onEvent({ event: "finished", study: options.name, folder: folder.path, files: files.names });
  return {
    study: options.name,
    folder: folder.path,
    summary,
    results,
    metrics,
    published,
    evaluation,
    caution,
    shard,
    runs: stored.size,
    charts: charts !== undefined,
  };
}

/** The files of a study in its folder. */
class FilesOfStudy {
  readonly #open: OpenStudy;
  readonly #names: string[] = [];

  constructor(open: OpenStudy) {
    this.#open = open;
  }

  /** Those that are there. */
  get names(): readonly string[] {
    return this.#names;
  }

  async write(
    files: readonly OutputFile[],
    {
      checkpoints = [],
      unchanged = new Set(),
    }: { readonly checkpoints?: readonly CheckpointFile[]; readonly unchanged?: ReadonlySet<string> } = {},
  ): Promise<void> {
    const { folder, store } = this.#open;
    this.#names.push(...files.map(([name]) => name), ...checkpoints.map(({ file }) => file));
    // Listed before they are there: `--fresh` finds also what a kill leaves half way.
    await writeManifest(this.#open, this.#names, "start");
    for (const [name, content] of files) if (!unchanged.has(name)) await folder.write(name, content);
    for (const { file, run, metadata } of checkpoints) {
      await folder.write(file, describeCheckpoint(await store.readCheckpoint(run), file, metadata));
    }
  }
}

/** What stays of each run beside its result: the weights of those that become checkpoints, and of all baselines. */
export function keptArtifacts(
  { plan }: Pick<StudyOutline, "plan">,
  checkpoints: CheckpointChoice,
): (run: Run) => readonly Artifact[] {
  const filling = new Set(plan.cells.flatMap(lastOfEach));
  return (run) => (keepsWeights(run) || (checkpoints === "all" && filling.has(run.id)) ? ["weights"] : []);
}

/** What the result of a run takes in the store and in tables, beside its tensors. */
const RESULT_BYTES = 8192;

/** What each prunable tensor adds, by the histogram and the part of its mask that are stored: 3 to 5 KiB of those that were measured. */
const TENSOR_BYTES = 6144;

/** What charts and report take, which do not grow with the seeds. */
const DRAWN_BYTES = 4 * 2 ** 20;

/**
 * Weights of the runs that keep them, twice for those that become checkpoints; what runs pass on for a while, checkpoints
 * with the state of an optimizer and of each line of levels two at a time; results and their rows; charts and report.
 */
function bytesNeeded({
  study,
  runs,
  checkpoints,
}: Pick<OpenStudy, "study" | "runs" | "checkpoints">): number {
  const weights = 5 * parameterCount(study.settings.network);
  const results = (RESULT_BYTES + TENSOR_BYTES * study.settings.prunable.length) * study.plan.cells.length;
  const keeps = keptArtifacts(study, checkpoints);
  const kept = runs.filter((run) => keeps(run).length > 0).length;
  const states = runs.filter(({ kind }) => kind === "checkpoint").length;
  const lines = new Set(
    study.plan.cells
      .filter(({ path }) => path.length > 2)
      .map(({ method, seed }) => `${method.name} ${seed}`),
  );
  return weights * (2 * kept + 3 * states + 2 * lines.size) + results + DRAWN_BYTES;
}

async function writeManifest(
  open: OpenStudy,
  files: readonly string[],
  stage: "start" | "final",
  written: { readonly tables?: readonly OutputFile[]; readonly charts?: ManifestCharts | undefined } = {},
) {
  const { study, folder, runs, shard, checkpoints } = open;
  const all = [MANIFEST_FILE, ...files, `${RUNS_FOLDER}/${PACKS_FOLDER}`];
  const passedOn = new Set(runs.flatMap(({ parents }) => parents.map(({ run }) => run)));
  const keeps = keptArtifacts(study, checkpoints);
  for (const run of runs) {
    if (passedOn.has(run.id) || keeps(run).length > 0) all.push(`${RUNS_FOLDER}/${run.id}`);
  }
  const part = shard === undefined ? undefined : { shard: shard.index, of: shard.count, checkpoints };
  const manifest = manifestOf(study, all, part);
  const checked = (written.tables ?? []).filter(([name]) => name !== TIMINGS_FILE);
  const tables = checked.length === 0 ? {} : { tables: tablesEntry(manifest.runs, checked) };
  const charts = written.charts === undefined ? {} : { charts: written.charts };
  await folder.writeManifest({ ...manifest, ...tables, ...charts }, stage);
}
