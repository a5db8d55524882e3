import { smallestDetectableDrop } from "../analysis/detectable-drop.ts";
import { type DropEstimate, dropEstimates } from "../analysis/drop-estimate.ts";
import type { SummaryRow } from "../recording/rows.ts";
import { percent } from "./titles.ts";

/** A point that needs a larger drop, in percentage points, says little about regressions. */
const COARSE = 2;
/** As `prune-lab check` tests unless told otherwise. */
const ALPHA = 0.05;
const TOLERANCE = 0.5;

/**
 * The smallest drop, in percentage points, that a check of a later sweep with as many other seeds catches at each
 * point, in the order of the summary; null for a regression and for a point without measures.
 */
export function detectableDrops(summary: readonly SummaryRow[], testExamples: number): (number | null)[] {
  const estimates = summary.map((row) => repeatEstimate(row, testExamples));
  // Sparsity 0 is one network under every method, and tested once.
  const controls = summary.filter((row) => row.target_sparsity === 0).length;
  const tests = estimates.filter((estimate) => estimate !== undefined).length - Math.max(0, controls - 1);
  return estimates.map((estimate) =>
    estimate === undefined
      ? null
      : smallestDetectableDrop([estimate], { level: ALPHA / tests, tolerance: TOLERANCE }),
  );
}

/** The difference between this point and a repetition of it with other seeds: no drop, and its error. */
function repeatEstimate(row: SummaryRow, testExamples: number): DropEstimate | undefined {
  if (row.accuracy_mean === null || testExamples === 0) return undefined;
  if (row.accuracy_std !== null && row.accuracy_std > 0) {
    return {
      by: "groups",
      drop: 0,
      standardError: 100 * row.accuracy_std * Math.sqrt(2 / row.n),
      degreesOfFreedom: 2 * (row.n - 1),
    };
  }
  const same = new Map([[0, 100 * row.accuracy_mean]]);
  return dropEstimates({ baseline: same, results: same, testExamples, paired: false })[0];
}

/**
 * One sentence of it: "Smallest drop that a check ... can detect: 0.9 points at best, 1.8 at worst up to 90% pruned; ...".
 * Undefined without accuracies.
 */
export function sensitivitySentence(
  summary: readonly SummaryRow[],
  testExamples: number,
): string | undefined {
  const drops = detectableDrops(summary, testExamples);
  const bySparsity = new Map<number, number>();
  summary.forEach((row, i) => {
    const drop = drops[i];
    if (typeof drop !== "number") return;
    bySparsity.set(row.target_sparsity, Math.max(bySparsity.get(row.target_sparsity) ?? 0, drop));
  });
  const ascending = [...bySparsity].sort(([a], [b]) => a - b);
  if (ascending.length === 0) return undefined;
  const firstCoarse = ascending.findIndex(([, drop]) => drop > COARSE);
  const fine = firstCoarse < 0 ? ascending : ascending.slice(0, firstCoarse);
  const coarse = ascending.slice(fine.length);
  const range = (points: readonly (readonly [number, number])[]) => {
    const [least, most] = [Math.min, Math.max].map((of) => of(...points.map(([, drop]) => drop)).toFixed(1));
    return least === most ? `${most} points` : `${least} points at best, ${most} at worst`;
  };
  const last = fine.at(-1)?.[0];
  const subject = "Smallest drop that a check with other seeds can detect";
  if (last === undefined) return `${subject}: ${range(coarse)}. More seeds make it smaller.`;
  if (coarse.length === 0) return `${subject}: ${range(fine)}.`;
  return `${subject}: ${range(fine)} up to ${percent(last)} pruned; ${range(coarse)} beyond.`;
}
