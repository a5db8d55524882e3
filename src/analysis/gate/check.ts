import { inputError } from "../../foundations/errors.ts";
import type { Metric } from "../../metrics/metric.ts";
import { metrics } from "../../metrics/registry.ts";
import { type RecordedResults, readResults } from "../../recording/results-reader.ts";
import { guessByName, recordedGuess } from "../constant-guesses.ts";
import { type ComparedHealth, compareHealth } from "./check-health.ts";
import { type CheckSettings, checkSchema } from "./check-settings.ts";
import { compareSources } from "./check-sources.ts";
import { type CompareOptions, type CurveComparison, compareCurves } from "./compare-curves.ts";
import { isFailure } from "./compared-item.ts";
import { ownMetricsOf } from "./own-metrics.ts";

export interface CheckOptions extends CompareOptions {
  /** Refuse a baseline that was made with other settings, or that does not tell its settings. */
  readonly failOnStale: boolean;
}

/** Options that are left out are those of the results' config (`check:`), where they have one. */
export interface CheckRequest extends Partial<CheckOptions> {
  /** A results folder or a CSV. */
  readonly results: string;
  /** What they are held against: a results folder or a CSV. */
  readonly baseline: string;
}

export interface CheckReport extends Omit<CurveComparison, "tolerance"> {
  readonly results: string;
  readonly baseline: string;
  /** What has to be known before anything else: dense networks that did not learn. */
  readonly alerts: readonly string[];
  readonly options: CheckOptions & { readonly tolerance: number };
  /** What weakens the verdict, whatever it is: dense networks of the baseline that did not learn. */
  readonly cautions: readonly string[];
}

/**
 * Compares two recorded result tables, which may be results folders or CSV files: see compareCurves. Throws a
 * PruneLabError of kind `input` when one cannot be read or the two cannot be compared.
 */
export async function check({ results, baseline, ...given }: CheckRequest): Promise<CheckReport> {
  const [now, before] = [await readResults(results), await readResults(baseline)];
  const options = optionsOf(now, given);
  const sources = compareSources(before, now, options);
  const own = ownMetricsOf(before, now);
  const { tolerance, ...comparison } = compareCurves(tableOf(before), tableOf(now), {
    ...options,
    names: { baseline, results },
    ownMetrics: own.metrics,
  });
  const health = options.exact ? NOT_JUDGED : healthOf(before, now, metrics.named(comparison.metric));
  const lost = health.items.map((item) => ({ ...item, level: options.level }));
  return {
    ...comparison,
    ...(lost.some(isFailure) ? { verdict: "regression" } : {}),
    cautions: health.cautions,
    items: [...lost, ...comparison.items],
    alerts: health.notes,
    notes: [...sources, ...own.notes, ...comparison.notes],
    results,
    baseline,
    options: { ...options, tolerance },
  };
}

/** Equal bytes are equal, whatever the networks learned. */
const NOT_JUDGED: ComparedHealth = { cautions: [], notes: [], items: [] };

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

/** What a check of these results goes by: what is given, and else what their config says. */
export function optionsOf(results: RecordedResults, given: Partial<CheckOptions>): CheckOptions {
  return checkOptions(recordedSettings(results), given);
}

/**
 * A tolerance or a level that is given stands for all points, whatever the config's rules say of some; the tolerance not for
 * metrics of the config's own, which are in other units.
 */
function checkOptions(settings: CheckSettings, given: Partial<CheckOptions>): CheckOptions {
  const { tolerance = settings.tolerance ?? undefined, level = settings.level } = given;
  return {
    alpha: given.alpha ?? settings.alpha,
    tolerance,
    level,
    allowMissing: given.allowMissing ?? settings.allowMissing,
    exact: given.exact ?? false,
    failOnStale: given.failOnStale ?? settings.failOnStale,
    points: (given.points ?? settings.points).map((rule) => ({
      ...rule,
      ...(given.tolerance === undefined || isOwn(rule.metric) ? {} : { tolerance: undefined }),
      ...(given.level === undefined ? {} : { level: undefined }),
    })),
  };
}

function isOwn(metric: string | undefined): boolean {
  return metric !== undefined && metrics.find(metric) === undefined;
}

/** The `check` section of the results' recorded config; its defaults for a bare table. */
function recordedSettings({ origin, path }: RecordedResults): CheckSettings {
  const section = (origin?.config as { readonly check?: unknown } | undefined)?.check ?? {};
  const read = checkSchema().safeParse(section);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw inputError(
    `The config of ${path}: ${["check", ...(issue?.path ?? [])].join(".")}: ${issue?.message}.`,
  );
}

function tableOf({ rows, folder }: RecordedResults) {
  return { rows, history: folder?.history };
}
