import { rm } from "node:fs/promises";
import path from "node:path";
import type { Config, ConfigInput } from "../config/schema.ts";
import { writeFileAtomic } from "../foundations/atomic-file.ts";
import { inputError, PruneLabError } from "../foundations/errors.ts";
import { firstOf, quote } from "../foundations/quote.ts";
import { explainWriteError } from "../recording/write-error.ts";
import { BATCH_SUMMARY_FILE, type BatchRow, batchRows, batchSummaryCsv } from "./batch-summary.ts";
import { planStudies, type StudyForecasts } from "./forecast.ts";
import { readMatrix } from "./matrix.ts";
import { report } from "./report.ts";
import { type CommonOptions, outputRoot, readConfig, runOptions, studyRequest } from "./request.ts";
import { runStudies, type StudyEnd } from "./study.ts";

export interface BatchOptions extends CommonOptions {
  /** Folder that gets a folder for each sweep and batch-summary.csv (default: results). */
  readonly out?: string;
  /** A YAML file of overrides: every config is run with each combination. */
  readonly matrix?: string;
  /** When a sweep fails, go on with the others. */
  readonly keepGoing?: boolean;
}

/** One sweep of a batch. */
export interface BatchEnd {
  readonly study: string;
  readonly folder: string;
  readonly end: StudyEnd;
}

export interface BatchOutcome {
  readonly out: string;
  readonly sweeps: readonly BatchEnd[];
  /** The rows of batch-summary.csv. */
  readonly summary: readonly BatchRow[];
  /** The page on all sweeps that are done; undefined below two of them. */
  readonly report: string | undefined;
}

/** What a batch would do. */
export interface BatchPlan extends StudyForecasts {
  readonly out: string;
}

/**
 * Runs several sweeps on one pool of workers; runs that are equal in several sweeps are computed once. Each
 * sweep's folder is the same, byte for byte, as if it had been run alone, and may be continued alone.
 *
 * Throws a PruneLabError of kind `input` when a config or the matrix is wrong, with nothing begun. How each sweep
 * ended stands in the outcome: a failed sweep is no exception here.
 */
export async function batch(
  configs: readonly (string | ConfigInput)[],
  options: BatchOptions = {},
): Promise<BatchOutcome> {
  const run = batchOptions(options);
  const { out, requests } = await requestsOf(configs, options);
  const ends = await runStudies(requests, run);

  const sweeps = requests.map(
    (request, i): BatchEnd => ({
      study: request.options.name,
      folder: request.folder,
      end: ends[i] as StudyEnd,
    }),
  );
  const summary = sweeps.flatMap(batchRows);
  await writeSummary(out, summary);
  const page = await writeBatchReport(out, options.charts === false ? [] : sweeps.flatMap(doneFolder));
  return { out, sweeps, summary, report: page };
}

/** What a batch would do: see planStudies; computes and writes nothing. Throws as batch does. */
export async function planBatch(
  configs: readonly (string | ConfigInput)[],
  options: BatchOptions = {},
): Promise<BatchPlan> {
  const { out, requests } = await requestsOf(configs, options);
  return { out, ...(await planStudies(requests, batchOptions(options))) };
}

function batchOptions(options: BatchOptions) {
  return { ...runOptions(options), keepGoing: options.keepGoing ?? false };
}

/** The studies of a batch, and the folder that holds their folders. */
async function requestsOf(configs: readonly (string | ConfigInput)[], options: BatchOptions) {
  const out = options.out ?? outputRoot(runOptions(options).shard);
  const resolved = await readAll(configs, options);
  return {
    out,
    requests: await Promise.all(
      resolved.map((config) => studyRequest(config, path.join(out, config.name), options)),
    ),
  };
}

/** Of a sweep with tables: not of a shard. */
function doneFolder({ folder, end }: BatchEnd): string[] {
  return end.state === "done" && end.outcome.shard === undefined ? [folder] : [];
}

/** Writes batch-summary.csv. */
export async function writeSummary(out: string, rows: readonly BatchRow[]): Promise<void> {
  try {
    await writeFileAtomic(path.join(out, BATCH_SUMMARY_FILE), batchSummaryCsv(rows));
  } catch (error) {
    throw explainWriteError(error, out);
  }
}

/** One page on all sweeps of a batch, beside its summary. */
export const BATCH_REPORT_FILE = "batch-report.html";

/**
 * Lays the sweeps that are drawn side by side on one page. Returns its path; undefined below two sweeps, where an older
 * page is removed, since it would show other results than the summary beside it.
 */
export async function writeBatchReport(out: string, folders: readonly string[]): Promise<string | undefined> {
  const file = path.join(out, BATCH_REPORT_FILE);
  if (folders.length > 1) return report(folders, { out: file });
  await rm(file, { force: true });
  return undefined;
}

/** Every config with every cell of the matrix. Throws one error with all that is wrong. */
async function readAll(
  configs: readonly (string | ConfigInput)[],
  options: BatchOptions,
): Promise<readonly Config[]> {
  if (configs.length === 0) throw inputError("A batch needs at least one config.");
  const cells = options.matrix === undefined ? [{ suffix: "", set: [] }] : await readMatrix(options.matrix);
  const found: Config[] = [];
  const problems = new Set<string>();
  for (const config of configs) {
    for (const { suffix, set } of cells) {
      try {
        const resolved = await readConfig(config, { ...options, set: [...(options.set ?? []), ...set] });
        found.push(suffix === "" ? resolved : await renamed(config, resolved, suffix, set, options));
      } catch (error) {
        if (!(error instanceof PruneLabError)) throw error;
        problems.add(error.hint === undefined ? error.message : `${error.message}\n${error.hint}`);
      }
    }
  }
  if (problems.size > 0) throw inputError(firstOf([...problems]).join("\n"));
  refuseEqualNames(found);
  return found;
}

/** Read once more, so that the name is checked like any other. */
function renamed(
  config: string | ConfigInput,
  resolved: Config,
  suffix: string,
  set: readonly string[],
  options: BatchOptions,
): Promise<Config> {
  const name = `name=${JSON.stringify(resolved.name + suffix)}`;
  return readConfig(config, { ...options, set: [...(options.set ?? []), ...set, name] });
}

function refuseEqualNames(configs: readonly Config[]): void {
  // Compared as a file system may: without case.
  const names = new Set<string>();
  const twice = configs.find(({ name }) => names.size === names.add(name.toLowerCase()).size);
  if (twice === undefined) return;
  throw inputError(
    `Two sweeps of this batch are named ${quote(twice.name)}, and each needs a folder of its own.`,
    {
      hint: "Give them different names in their configs.",
    },
  );
}
