import { inputError } from "../foundations/errors.ts";
import type { Metric } from "../metrics/metric.ts";
import { metrics } from "../metrics/registry.ts";
import { differences, type Manifest } from "../recording/manifest.ts";
import { type RecordedResults, readResults } from "../recording/results-reader.ts";
import { type ComparedHealth, compareHealth } from "./check-health.ts";
import { type CompareOptions, type CurveComparison, compareCurves } from "./compare-curves.ts";
import { guessByName, recordedGuess } from "./constant-guesses.ts";

export const CHECK_DEFAULTS: CompareOptions = {
  alpha: 0.05,
  tolerance: undefined,
  allowMissing: false,
  exact: false,
};

export interface CheckRequest extends Partial<CompareOptions> {
  /** A results folder or a CSV. */
  readonly results: string;
  /** What they are held against: a results folder or a CSV. */
  readonly baseline: string;
}

export interface CheckReport extends Omit<CurveComparison, "tolerance"> {
  readonly results: string;
  readonly baseline: string;
  readonly options: CompareOptions & { readonly tolerance: number };
}

/**
 * Compares two recorded result tables, which may be results folders or CSV files: see compareCurves. Throws a
 * PruneLabError of kind `input` when one cannot be read or the two cannot be compared.
 */
export async function check({ results, baseline, ...given }: CheckRequest): Promise<CheckReport> {
  const [now, before] = [await readResults(results), await readResults(baseline)];
  const options = { ...CHECK_DEFAULTS, ...given };
  const sources = compareSources(before, now);
  const { tolerance, ...comparison } = compareCurves(tableOf(before), tableOf(now), {
    ...options,
    names: { baseline, results },
  });
  const health = options.exact ? NOT_JUDGED : healthOf(before, now, metrics.named(comparison.metric));
  return {
    ...comparison,
    ...(health.items.length > 0 ? { verdict: "regression" } : {}),
    items: [...health.items, ...comparison.items],
    notes: [...health.notes, ...sources, ...comparison.notes],
    results,
    baseline,
    options: { ...options, tolerance },
  };
}

/** Equal bytes are equal, whatever the networks learned. */
const NOT_JUDGED: ComparedHealth = { notes: [], items: [] };

/** Both sides have the same data, so that what one of them records of it holds for both. */
function healthOf(baseline: RecordedResults, results: RecordedResults, metric: Metric): ComparedHealth {
  const recorded =
    recordedGuess(results.folder?.manifest.dataset) ?? recordedGuess(baseline.folder?.manifest.dataset);
  return compareHealth(baseline.rows, results.rows, {
    guessOf: (row) => recorded ?? guessByName(row),
    metric,
    name: baseline.path,
  });
}

function tableOf({ rows, folder }: RecordedResults) {
  return { rows, history: folder?.history };
}

/** What differs, or cannot be known, beside the tables themselves. Throws when the dataset's files differ. */
function compareSources(baseline: RecordedResults, results: RecordedResults): string[] {
  const before = baseline.folder?.manifest;
  const now = results.folder?.manifest;
  if (before === undefined || now === undefined) {
    const bare = [baseline, results].filter(({ folder }) => folder === undefined).map(({ path }) => path);
    return [
      `Not verified, since ${bare.join(" and ")} ${bare.length > 1 ? "are bare tables" : "is a bare table"}: version of prune-lab, build of the engine. Recipe, engine, dataset and model are compared by their columns.`,
    ];
  }
  refuseOtherData(baseline, results, before, now);
  return [
    ...(before.version === now.version
      ? []
      : [`The version of prune-lab differs: ${before.version} in the baseline, ${now.version} now.`]),
    ...differences(comparable(before), comparable(now)).map((line) => `A setting differs: ${line}.`),
  ];
}

function refuseOtherData(a: RecordedResults, b: RecordedResults, before: Manifest, now: Manifest): void {
  const [checksumBefore, checksumNow] = [before, now].map(
    ({ dataset }) => (dataset as { readonly checksum?: unknown }).checksum,
  );
  if (checksumBefore === checksumNow) return;
  throw inputError(
    `Different datasets cannot be compared: the data of ${a.path} have the checksum ${checksumBefore}, those of ${b.path} ${checksumNow}.`,
  );
}

/** The settings that shape the numbers: neither the study's name nor where anything lies. */
function comparable({ settings }: Manifest): unknown {
  const { name: _name, output: _output, dataset, ...rest } = settings as Readonly<Record<string, unknown>>;
  const { path: _path, ...data } = (dataset ?? {}) as Readonly<Record<string, unknown>>;
  return { ...rest, dataset: data };
}
