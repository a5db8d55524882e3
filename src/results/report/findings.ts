import {
  accuracies,
  largestNonInferiorSparsity,
  NON_INFERIORITY_MARGIN,
} from "../../analysis/curve-summaries.ts";
import { dropEstimates, pairedDifferences, strongest } from "../../analysis/drop-estimate.ts";
import { groupBy } from "../../analysis/group-by.ts";
import { holmAdjusted } from "../../analysis/holm.ts";
import { meanInterval } from "../../analysis/mean-interval.ts";
import { count, percent } from "../../charts/parts/titles.ts";
import type { ResultRow } from "../../recording/rows.ts";

/** Kept weights that lead nowhere are told from this share on. */
const DEAD_SHARE = 0.25;
/** A gain by fine-tuning is told from this many percentage points on. */
const RECOVERY = 5;

/** A paired difference is significant below this, over all sparsities together. */
const ALPHA = 0.05;

/** What a sweep found, as plain sentences; all figures are computed from the rows. */
export function findings(rows: readonly ResultRow[]): string[] {
  const byMethod = [...groupBy(rows, (row) => row.method)];
  if (rows.every((row) => row.accuracy === null)) {
    return [...byMethod.flatMap(([method, of]) => lossSentence(method, of)), ...troubles(rows)];
  }
  return [
    ...byMethod.flatMap(([method, of]) => [retention(method, of)].flat()),
    ...comparison(rows),
    ...recoverySentence(byMethod),
    ...deadWeights(byMethod),
    ...troubles(rows),
  ];
}

const points = (value: number) => `${value.toFixed(1)} ${value.toFixed(1) === "1.0" ? "point" : "points"}`;
const accuracyText = (fraction: number) => `${(100 * fraction).toFixed(1)}%`;
const meanOf = (rows: readonly ResultRow[], value: (row: ResultRow) => number | null) =>
  meanInterval(rows.map(value).filter((v) => v !== null)).mean;

/** How far a method prunes before it costs accuracy, and what comes next. */
function retention(method: string, rows: readonly ResultRow[]): string[] {
  const bySparsity = [...groupBy(rows, (row) => row.target_sparsity)].sort(([a], [b]) => a - b);
  const control = bySparsity.find(([sparsity]) => sparsity === 0)?.[1];
  const limit = largestNonInferiorSparsity(rows);
  if (control === undefined || limit === undefined) return plainRange(method, bySparsity);
  const margin = `${NON_INFERIORITY_MARGIN} point${NON_INFERIORITY_MARGIN === 1 ? "" : "s"}`;
  const dense = recovers(rows) ? "the dense control" : "the dense network";
  const at = bySparsity.find(([sparsity]) => sparsity === limit)?.[1] ?? [];
  const next = bySparsity.find(([sparsity]) => sparsity > limit);
  const reached = accuracyText(meanOf(at, (row) => row.accuracy) ?? 0);
  const controlMean = accuracyText(meanOf(control, (row) => row.accuracy) ?? 0);
  if (limit === 0 && next === undefined)
    return [`${method}: only the dense network was run (${controlMean}).`];
  const kept =
    limit === 0
      ? `${method}: no sparsity above 0 is shown to stay within ${margin} of ${dense} (${controlMean}).`
      : `${method} stays within ${margin} of ${dense} up to ${percent(limit)} pruned: ${reached} against ${controlMean}${saving(at)}.`;
  return [`${kept}${next === undefined ? "" : ` ${fall(control, next, { margin, dense })}`}`];
}

/** What the first sparsity beyond the limit costs, or why it is beyond. */
function fall(
  control: readonly ResultRow[],
  [sparsity, rows]: readonly [number, readonly ResultRow[]],
  { margin, dense }: { readonly margin: string; readonly dense: string },
): string {
  const drop = meanInterval(pairedDifferences(accuracies(control), accuracies(rows)));
  if (drop.mean === null) return `At ${percent(sparsity)} no run gave a result.`;
  if (drop.mean >= NON_INFERIORITY_MARGIN) {
    return `At ${percent(sparsity)} it falls ${points(drop.mean)} below ${dense}${interval(drop)}.`;
  }
  const level =
    Math.abs(drop.mean) < 0.05
      ? `as accurate as ${dense}`
      : `${points(Math.abs(drop.mean))} ${drop.mean > 0 ? "below" : "above"} ${dense}`;
  return drop.n === 1
    ? `At ${percent(sparsity)} it is ${level}, and one seed cannot rule out a loss of ${margin}.`
    : `At ${percent(sparsity)} it is ${level} on average, but ${count(drop.n, "seed")} cannot rule out a loss of ${margin}.`;
}

function interval({ ci95 }: ReturnType<typeof meanInterval>): string {
  return ci95 === null ? "" : ` (95% interval ${ci95.low.toFixed(1)} to ${ci95.high.toFixed(1)})`;
}

/** Of a grid without sparsity 0: from where to where. */
function plainRange(
  method: string,
  bySparsity: readonly (readonly [number, readonly ResultRow[]])[],
): string[] {
  const measured = bySparsity.flatMap(([sparsity, rows]) => {
    const mean = meanOf(rows, (row) => row.accuracy);
    return mean === null ? [] : [`${accuracyText(mean)} at ${percent(sparsity)}`];
  });
  const [first, last] = [measured[0], measured.at(-1)];
  if (first === undefined) return [];
  return [
    `${method}: ${first}${last === first ? "" : `, ${last}`}. Without sparsity 0 in the grid there is no dense control to compare with.`,
  ];
}

function saving(rows: readonly ResultRow[]): string {
  const [first] = rows;
  const bytes = meanOf(rows, (row) => row.sparse_bytes);
  if (first === undefined || bytes === null || bytes <= 0) return "";
  const kib = (value: number) => `${Math.round(value / 1024).toLocaleString("en-US")} KiB`;
  return `, in ${kib(bytes)} instead of ${kib(first.dense_bytes)}`;
}

function recovers(rows: readonly ResultRow[]): boolean {
  return rows.some((row) => row.recovery !== "none");
}

/** Where the best and the worst method can be told apart, and how far apart they end. */
function comparison(rows: readonly ResultRow[]): string[] {
  // Accuracies on different data have nothing to do with each other.
  if (groupBy(rows, (row) => JSON.stringify([row.dataset, row.test_examples])).size > 1) return [];
  const contests = [...groupBy(rows, (row) => row.target_sparsity)]
    .filter(([sparsity]) => sparsity > 0 && sparsity < 1)
    .sort(([a], [b]) => a - b)
    .flatMap(([sparsity, of]) => contest(sparsity, of));
  const last = contests.at(-1);
  if (last === undefined) return [];
  const adjusted = holmAdjusted(contests.map(({ pValue }) => pValue));
  const different = contests.filter((_, i) => (adjusted[i] ?? 1) <= ALPHA);
  const widest = different.toSorted((a, b) => b.difference - a.difference)[0];
  if (widest === undefined) {
    return ["At no sparsity can the methods be told apart with these seeds."];
  }
  const apart = different.map(({ sparsity }) => percent(sparsity));
  return [
    `${widest.best} is ahead by most at ${percent(widest.sparsity)}: ${points(widest.difference)} above ${widest.worst}${widest.interval}.`,
    `The best and the worst method can be told apart at ${listed(apart)}; at the other sparsities they cannot, with these seeds.`,
  ].slice(0, different.length === contests.length ? 1 : 2);
}

function contest(sparsity: number, rows: readonly ResultRow[]) {
  const ranked = [...groupBy(rows, (row) => row.method)]
    .flatMap(([method, of]) => {
      const mean = meanOf(of, (row) => row.accuracy);
      return mean === null ? [] : [{ method, mean, rows: of }];
    })
    .sort((a, b) => b.mean - a.mean);
  const [best, worst] = [ranked[0], ranked.at(-1)];
  if (best === undefined || worst === undefined || best === worst) return [];
  const sides = { baseline: accuracies(best.rows), results: accuracies(worst.rows) };
  const sameSeeds = [...sides.baseline.keys()].every((seed) => sides.results.has(seed));
  const estimates = dropEstimates({
    ...sides,
    testExamples: Math.min(...rows.map((row) => row.test_examples)),
    paired: sameSeeds,
  });
  // The winner was picked by the data: the test is two-sided.
  const pValue = Math.min(1, 2 * (strongest(estimates, "drop")?.pValue ?? 1));
  const difference = meanInterval(pairedDifferences(sides.baseline, sides.results));
  return [
    {
      sparsity,
      best: best.method,
      worst: worst.method,
      difference: 100 * (best.mean - worst.mean),
      interval: interval(difference),
      pValue,
    },
  ];
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** The largest gain by fine-tuning. */
function recoverySentence(byMethod: readonly (readonly [string, readonly ResultRow[]])[]): string[] {
  const gains = byMethod.flatMap(([method, rows]) =>
    [...groupBy(rows, (row) => row.target_sparsity)].flatMap(([sparsity, of]) => {
      const before = meanOf(of, (row) => row.pruned_accuracy);
      const after = meanOf(of, (row) => row.accuracy);
      return before === null || after === null || !recovers(of) ? [] : [{ method, sparsity, before, after }];
    }),
  );
  const [most] = gains.sort((a, b) => b.after - b.before - (a.after - a.before));
  if (most === undefined || 100 * (most.after - most.before) < RECOVERY) return [];
  const { method, sparsity, before, after } = most;
  return [
    `Fine-tuning gives back most at ${percent(sparsity)} of ${method}: from ${accuracyText(before)} to ${accuracyText(after)}.`,
  ];
}

/** Where many of the kept weights lie on no path from the inputs to the outputs. */
function deadWeights(byMethod: readonly (readonly [string, readonly ResultRow[]])[]): string[] {
  const dead = byMethod.flatMap(([method, rows]) =>
    [...groupBy(rows, (row) => row.target_sparsity)].flatMap(([sparsity, of]) => {
      const kept = 1 - (meanOf(of, (row) => row.sparsity) ?? 1);
      const live = 1 - (meanOf(of, (row) => row.effective_sparsity) ?? 1);
      return kept > 0 ? [{ method, sparsity, share: 1 - live / kept }] : [];
    }),
  );
  const [most] = dead.sort((a, b) => b.share - a.share);
  if (most === undefined || most.share < DEAD_SHARE) return [];
  return [
    `At ${percent(most.sparsity)}, ${Math.round(100 * most.share)}% of the weights that ${most.method} keeps lie on no path from an input to an output: they are kept for nothing.`,
  ];
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
  // Nothing is left of what is pruned whole.
  const collapsed = where("collapsed", (row) => row.target_sparsity < 1);
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

function lossSentence(method: string, rows: readonly ResultRow[]): string[] {
  const measured = [...groupBy(rows, (row) => row.target_sparsity)]
    .sort(([a], [b]) => a - b)
    .flatMap(([sparsity, of]) => {
      const mean = meanOf(of, (row) => row.loss);
      return mean === null ? [] : [{ sparsity, mean }];
    });
  const [first, last] = [measured[0], measured.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const [lowest] = measured.toSorted((a, b) => a.mean - b.mean);
  return [
    `${method}: test loss ${first.mean.toPrecision(3)} at ${percent(first.sparsity)} pruned, ${last.mean.toPrecision(3)} at ${percent(last.sparsity)}; lowest at ${percent(lowest?.sparsity ?? 0)}.`,
  ];
}
