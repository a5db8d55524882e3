import { existsSync } from "node:fs";
import path from "node:path";
import { type CheckReport, type CheckRequest, check, optionsOf } from "../analysis/gate/check.ts";
import type { ComparedItem } from "../analysis/gate/compared-item.ts";
import { matchPoints } from "../analysis/gate/match-points.ts";
import {
  type Doubt,
  detectableWith,
  doubtAbout,
  levelAt,
  nextSeeds,
  type Plan,
} from "../analysis/gate/sequential.ts";
import { areaSubject, curveLabels, pointSubject, type Subject } from "../analysis/gate/subjects.ts";
import { inputError } from "../foundations/errors.ts";
import { groupBy } from "../foundations/group-by.ts";
import type { Manifest } from "../recording/manifest.ts";
import { type RecordedResults, readResults } from "../recording/results-reader.ts";
import type { CheckpointChoice } from "../results/checkpoints.ts";
import { REPORT_FILE } from "../results/report/files.ts";
import type { CommonOptions } from "./request.ts";
import { sweep } from "./sweep.ts";

/** Most seeds that the results get where nothing else is said. */
export const MAX_SEEDS = 20;

export interface ConfirmOptions extends Pick<CommonOptions, "dataDir" | "workers" | "signal" | "onEvent"> {
  /** Most seeds that the results may have in the end (default: 20). */
  readonly maxSeeds?: number | undefined;
  /** Told after each look that leaves a doubt, before more seeds are run. */
  readonly onDoubt?: (look: Look, next: readonly number[]) => void;
}

/** What is in doubt about a point of a curve, or about the area under it (with no sparsity). */
export interface DoubtfulItem extends Pick<ComparedItem, "metric" | "curve" | "sparsity"> {
  readonly doubt: Doubt;
}

/** One comparison of a check that may add seeds. */
export interface Look {
  readonly seeds: readonly number[];
  /** Level of this comparison: see levelAt. */
  readonly level: number;
  readonly doubts: readonly DoubtfulItem[];
}

/** How a check came to its verdict. */
export interface Confirmation {
  readonly looks: readonly Look[];
  /** Seeds that were run. */
  readonly added: readonly number[];
  /** `settled`: no doubt is left. `limit`: some is, and the results have as many seeds as they may. */
  readonly stopped: "settled" | "limit";
  readonly maxSeeds: number;
  /** Points at which a drop that matters could pass unseen even with the most seeds, and so are no reason to run more. */
  readonly outOfReach: readonly Pick<ComparedItem, "metric" | "curve" | "sparsity">[];
}

export interface ConfirmedReport extends CheckReport {
  readonly confirmation: Confirmation;
}

/**
 * Checks a results folder, and as long as the verdict is in doubt extends its sweep: with the seeds that the baseline has
 * and then with new ones, twice as many from look to look, until the doubt is settled or `maxSeeds` are reached. What is
 * in doubt, and how the looks share the level, is said by doubtAbout and levelAt. The folder is in the end what a sweep of
 * those seeds writes.
 *
 * Throws a PruneLabError of kind `input` where there is no sweep to extend; and as check and sweep do.
 */
export async function confirmedCheck(
  request: CheckRequest,
  options: ConfirmOptions = {},
): Promise<ConfirmedReport> {
  const { maxSeeds = MAX_SEEDS, onDoubt = () => {} } = options;
  if (!(Number.isInteger(maxSeeds) && maxSeeds > 0)) {
    throw inputError(`maxSeeds: ${maxSeeds} is not a whole number from 1.`);
  }
  const first = await extensible(request.results);
  const baseline = await readResults(request.baseline);
  const candidates = seedsToRun(seedsOf(first), seedsOf(baseline), maxSeeds);
  const { alpha, allowMissing } = optionsOf(first, request);
  const plan: Plan = { alpha, maxSeeds };
  // Seeds that the results lack are those to run, and seeds that the baseline lacks those that were added.
  const asked = { ...request, allowMissing: allowMissing === true || ("seeds" as const) };
  const looks: Look[] = [];
  for (let results = first; ; results = await extensible(request.results)) {
    const seeds = seedsOf(results);
    const level = levelAt(seeds.length, plan);
    const report = await check({ ...asked, alpha: level });
    const inReach = withinReach({ baseline, results }, report, plan);
    const doubts = doubtsOf(report, inReach, { alpha, level });
    const look = { seeds, level, doubts };
    looks.push(look);
    const count = nextSeeds(seeds.length, plan);
    if (doubts.length === 0 || count === seeds.length) {
      const outOfReach = report.items
        .filter((item) => item.drop !== null && !item.testable && !inReach(item))
        .map(({ metric, curve, sparsity }) => ({ metric, curve, sparsity }));
      const had = new Set(seedsOf(first));
      return {
        ...report,
        confirmation: {
          looks,
          added: seeds.filter((seed) => !had.has(seed)),
          stopped: doubts.length === 0 ? "settled" : "limit",
          maxSeeds,
          outOfReach,
        },
      };
    }
    const next = candidates.slice(0, count);
    onDoubt(look, next.slice(seeds.length));
    await extend(results, next, options);
  }
}

/** A results folder with a config: what can be continued with more seeds. */
async function extensible(given: string): Promise<RecordedResults & { readonly manifest: Manifest }> {
  const results = await readResults(given);
  if (results.folder === undefined || !existsSync(path.join(given, "config.yaml"))) {
    throw inputError(`${given} has no sweep that could be run with more seeds: it is no results folder.`, {
      hint: "Name the results folder, or check without --confirm.",
    });
  }
  return { ...results, manifest: results.folder.manifest };
}

function seedsOf({ rows }: Pick<RecordedResults, "rows">): number[] {
  return [...new Set(rows.map(({ seed }) => seed))];
}

/** The seeds that are there, those that the baseline has besides, and the lowest others. */
function seedsToRun(own: readonly number[], baseline: readonly number[], atMost: number): number[] {
  const others = Array.from({ length: atMost + own.length + baseline.length }, (_, seed) => seed);
  return [...new Set([...own, ...baseline.toSorted((a, b) => a - b), ...others])];
}

function doubtsOf(
  { items, verdict }: CheckReport,
  inReach: (item: ComparedItem) => boolean,
  { alpha, level }: { readonly alpha: number; readonly level: number },
): DoubtfulItem[] {
  // A regression at this look's own level is no longer in doubt, and neither is what the gate says.
  if (verdict !== "no regression") return [];
  return items.flatMap((item): DoubtfulItem[] => {
    const { metric, curve, sparsity, tolerance } = item;
    const reachable = item.testable || inReach(item);
    const doubt = doubtAbout({ ...item, reachable }, { alpha, level, tolerance });
    return doubt === undefined ? [] : [{ metric, curve, sparsity, doubt }];
  });
}

/** Which items would show a drop that matters with the most seeds; all of which that cannot be foretold. */
function withinReach(
  { baseline, results }: { readonly baseline: RecordedResults; readonly results: RecordedResults },
  report: CheckReport,
  plan: Plan,
): (item: ComparedItem) => boolean {
  const level = levelAt(plan.maxSeeds, plan) / Math.max(1, report.items.length);
  const names = { baseline: baseline.path, results: results.path };
  const { points } = matchPoints(baseline.rows, results.rows, { names, allowMissing: true });
  const label = curveLabels(points);
  const curves = [...groupBy(points, ({ key }) => label(key))];
  const subjects = report.metrics.flatMap((metric): readonly Subject[] => [
    ...points.map((point) => pointSubject(point, { curve: label(point.key), metric })),
    ...curves.flatMap(([curve, of]) => areaSubject(curve, of, metric)),
  ]);
  return ({ metric, curve, sparsity, tolerance }) => {
    const subject = subjects.find(
      (other) =>
        other.sample.scale.metric.name === metric && other.curve === curve && other.sparsity === sparsity,
    );
    if (subject === undefined) return false;
    const { coarse } = subject.sample.scale.metric.difference;
    return (detectableWith(plan.maxSeeds, subject.sample, { level, tolerance }) ?? 0) <= coarse;
  };
}

async function extend(
  { path: folder, manifest }: { readonly path: string; readonly manifest: Manifest },
  seeds: readonly number[],
  { dataDir, workers, signal, onEvent }: ConfirmOptions,
): Promise<void> {
  await sweep(path.resolve(folder, "config.yaml"), {
    set: [`seeds=${JSON.stringify(seeds)}`],
    out: folder,
    checkpoints: checkpointsIn(manifest),
    charts: manifest.files.includes(REPORT_FILE),
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(workers === undefined ? {} : { workers }),
    ...(signal === undefined ? {} : { signal }),
    ...(onEvent === undefined ? {} : { onEvent }),
  });
}

/** Files of checkpoints that `--checkpoints baselines` makes. */
const OF_BASELINES = /^checkpoints\/(baseline|checkpoint-step\d+)-seed\d+\.safetensors$/;

/** What `--checkpoints` was, to be told from the files that it made. */
function checkpointsIn({ files }: Manifest): CheckpointChoice {
  const checkpoints = files.filter((file) => file.startsWith("checkpoints/"));
  if (checkpoints.length === 0) return "none";
  return checkpoints.every((file) => OF_BASELINES.test(file)) ? "baselines" : "all";
}
