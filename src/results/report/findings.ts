import { baselineHealth } from "../../analysis/baseline-health.ts";
import { type GuessOf, guessByName } from "../../analysis/constant-guesses.ts";
import { contrast } from "../../analysis/contrast.ts";
import { isControlRow } from "../../analysis/control-comparisons.ts";
import { isConstructedRow } from "../../analysis/dense-control.ts";
import { failureSentences } from "../../analysis/failed-networks.ts";
import { isTrainedAfterPruning, recovers } from "../../analysis/recovers.ts";
import { largestRise } from "../../analysis/rises.ts";
import { meanInterval } from "../../analysis/statistics/mean-interval.ts";
import { count, percent, recoveryNoun } from "../../charts/parts/titles.ts";
import { greatestOf, leastOf } from "../../foundations/extremes.ts";
import { groupBy } from "../../foundations/group-by.ts";
import { differenceScale } from "../../metrics/difference.ts";
import type { Metric } from "../../metrics/metric.ts";
import { figureOf, primaryMetric, recoveredValue } from "../../metrics/registry.ts";
import { measured, named, side } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { comparison } from "./comparison.ts";
import { controlSentences } from "./controls.ts";
import { amountText, listed, meanOf } from "./parts.ts";
import { retention } from "./retention.ts";

/** Kept weights that lead nowhere are told from this share on. */
const DEAD_SHARE = 0.25;
/** A gain by fine-tuning is told from this many margins of the metric on: 5 points of accuracy. */
const RECOVERY_MARGINS = 5;

/**
 * What a sweep found, as plain sentences; all figures are computed from the rows. Dense networks that did not learn are
 * told first, and nothing is concluded from what started from them.
 */
export function findings(rows: readonly ResultRow[], guessOf: GuessOf = guessByName): string[] {
  const health = baselineHealth(rows, guessOf);
  return [
    ...failureSentences(health, rows),
    ...(health.sound.length === 0 ? [] : [...conclusions(health.sound), ...troubles(rows)]),
  ];
}

function conclusions(all: readonly ResultRow[]): string[] {
  const metric = primaryMetric(all);
  // Controls are there to be compared with: nothing else is said of them.
  const rows = all.filter((row) => !isControlRow(row));
  const byMethod = [...groupBy(rows, (row) => row.method)];
  return [
    ...byMethod.flatMap(([method, of]) => retention(method, of, metric)),
    ...byMethod.flatMap(([, of]) => riseSentence(of, metric)),
    ...comparison(rows, metric),
    ...controlSentences(all, metric),
    ...recoverySentence(byMethod, metric),
    // A constructed network is as it is meant to be.
    ...deadWeights(byMethod.filter(([, of]) => !of.some(isConstructedRow))),
  ];
}

/** Where a method's curve rises with the sparsity. */
function riseSentence(rows: readonly ResultRow[], metric: Metric): string[] {
  const rise = largestRise(rows, metric);
  if (rise === undefined) return [];
  const { method, from, to, gain } = rise;
  return [
    `${method} does not fall throughout: at ${percent(to)} pruned it is ${amountText(metric, gain.mean ?? 0)} ${side(metric, "better")} itself at ${percent(from)} (p < 0.05 over all pairs of its sparsities, by Holm). Such curves are known as sparse double descent: no one sparsity is where it begins to lose.`,
  ];
}

/** The largest gain by recovery, of those that the seeds leave no doubt about. */
function recoverySentence(
  byMethod: readonly (readonly [string, readonly ResultRow[]])[],
  metric: Metric,
): string[] {
  const gains = byMethod.flatMap(([method, rows]) =>
    [...groupBy(rows, (row) => row.target_sparsity)].flatMap(([sparsity, of]) => {
      const before = meanOf(of, (row) => figureOf(metric.figures.pruned, row));
      const after = meanOf(of, (row) => recoveredValue(metric, row));
      if (before === null || after === null || !recovers(of) || of.every(isTrainedAfterPruning)) return [];
      const pairs = of.flatMap((row) => {
        const [was, now] = [figureOf(metric.figures.pruned, row), recoveredValue(metric, row)];
        return was === null || now === null ? [] : [{ before: was, now }];
      });
      const scale = differenceScale(metric, metric.scale * before);
      const change = contrast(pairs, scale, of[0]?.test_examples ?? 1);
      if (change === undefined || !change.told) return [];
      return [{ method, sparsity, before, after, gain: -change.drop, noun: recoveryNoun(of) }];
    }),
  );
  const [most] = gains.sort((a, b) => b.gain - a.gain);
  if (most === undefined || most.gain < RECOVERY_MARGINS * metric.difference.margin) return [];
  const { method, sparsity, before, after, noun } = most;
  return [
    `${noun === "recovery" ? "Recovery" : "Fine-tuning"} helps most at ${percent(sparsity)} pruned by ${method}: from ${named(metric, before, "coarse")} right after pruning to ${measured(metric, after, "coarse")}.`,
  ];
}

/** Where many of the kept weights lie on no path from the inputs to the outputs. */
function deadWeights(byMethod: readonly (readonly [string, readonly ResultRow[]])[]): string[] {
  const dead = byMethod.flatMap(([method, rows]) =>
    [...groupBy(rows, (row) => row.target_sparsity)].flatMap(([sparsity, of]) => {
      const shares = of.flatMap(deadShare);
      const { mean } = meanInterval(shares);
      return mean === null ? [] : [{ method, sparsity, mean, shares }];
    }),
  );
  const [most] = dead.sort((a, b) => b.mean - a.mean);
  if (most === undefined || most.mean < DEAD_SHARE) return [];
  const whole = (share: number) => String(Math.round(100 * share));
  const ends = [leastOf(most.shares), greatestOf(most.shares)].map(whole);
  const bySeed = ends[0] === ends[1] ? "" : ` (${ends.join(" to ")}% by seed)`;
  return [
    `At ${percent(most.sparsity)}, ${whole(most.mean)}% of the weights that ${most.method} keeps${bySeed} lie on no path from an input to an output: nothing of the input passes through them.`,
  ];
}

/** Of the weights that a network keeps, the share that is on no path; nothing where paths cannot be followed. */
function deadShare({ sparsity, effective_sparsity }: ResultRow): number[] {
  if (effective_sparsity === null || sparsity === 1) return [];
  return [(effective_sparsity - sparsity) / (1 - sparsity)];
}

/** Runs that ended without a usable network. */
function troubles(rows: readonly ResultRow[]): string[] {
  const where = (status: ResultRow["status"], counts = (_: ResultRow) => true) => {
    const cells = groupBy(
      rows.filter((row) => row.status === status && counts(row)),
      (row) => `${row.method} at ${percent(row.target_sparsity)}`,
    );
    return [...cells].map(([cell, of]) => `${cell} (${count(of.length, "run")})`);
  };
  // Nothing is left of what is pruned whole, or made without weights.
  const collapsed = where("collapsed", (row) => row.target_sparsity < 1 && !isConstructedRow(row));
  const diverged = where("diverged");
  return [
    ...(collapsed.length > 0
      ? [`No path from the inputs to the outputs is left in ${listed(collapsed)}.`]
      : []),
    ...(diverged.length > 0
      ? [`Training diverged in ${listed(diverged)}: these runs have no measures and are left out.`]
      : []),
  ];
}
