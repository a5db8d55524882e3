import { isDenseControl } from "../analysis/dense-control.ts";
import { smallestDetectableDrop } from "../analysis/gate/detectable-drop.ts";
import { dropEstimates } from "../analysis/gate/drop-estimate.ts";
import { isOneUntrainedNetwork } from "../analysis/one-network.ts";
import { scaled, scaleOf, shownValues } from "../analysis/statistics/seed-values.ts";
import { greatestOf, leastOf } from "../foundations/extremes.ts";
import { groupBy } from "../foundations/group-by.ts";
import type { Metric } from "../metrics/metric.ts";
import { primaryMetric } from "../metrics/registry.ts";
import { differenceRange, differenceText } from "../metrics/words.ts";
import type { ResultRow } from "../recording/rows.ts";
import { count, percent } from "./parts/titles.ts";

/** As `prune-lab check` tests unless told otherwise. */
const ALPHA = 0.05;

/** A (method, sparsity), and the smallest drop at it, in the unit of the differences of the primary metric. */
export interface DetectableDrop {
  readonly method: string;
  readonly sparsity: number;
  /** Null where no drop can be seen: it would be larger than what there is to lose. */
  readonly drop: number | null;
}

/**
 * The smallest drop that a check of a later sweep with as many other seeds catches at each point with a value,
 * in the order of the rows.
 */
export function detectableDrops(results: readonly ResultRow[]): DetectableDrop[] {
  const metric = primaryMetric(results);
  const points = groupBy(results, (row) => JSON.stringify([row.method, row.target_sparsity]));
  const estimated = [...points.values()].flatMap((rows) => {
    const [first] = rows;
    const shown = shownValues(rows, metric);
    if (first === undefined || shown.size === 0) return [];
    const scale = scaleOf(metric, shown);
    const values = scaled(shown, scale);
    // What a repetition looks like: the same spread, and no drop.
    const estimates = dropEstimates({
      scale,
      baseline: values,
      results: values,
      testExamples: first.test_examples,
      paired: false,
    });
    return [
      { method: first.method, sparsity: first.target_sparsity, isDense: isDenseControl(first), estimates },
    ];
  });
  // Sparsity 0 is one network under every method of a study, and tested once.
  const tests = new Set(
    estimated.map(({ method, sparsity, isDense }) =>
      isDense ? "dense" : JSON.stringify([method, sparsity]),
    ),
  ).size;
  return estimated.map(({ method, sparsity, estimates }) => ({
    method,
    sparsity,
    drop: smallestDetectableDrop(estimates, {
      level: ALPHA / tests,
      tolerance: metric.difference.tolerance,
    }),
  }));
}

/**
 * One sentence of it: "Smallest drop that a check ... can detect: 0.9 points at best, 1.8 at worst up to 90% pruned; ...",
 * or that none can be seen. Undefined without any value, and of one network that was never trained: there are no others of it.
 */
export function sensitivitySentence(results: readonly ResultRow[]): string | undefined {
  if (isOneUntrainedNetwork(results)) return undefined;
  const metric = primaryMetric(results);
  const bySparsity = new Map<number, number>();
  for (const { sparsity, drop } of detectableDrops(results)) {
    const worst = drop ?? Number.POSITIVE_INFINITY;
    bySparsity.set(sparsity, Math.max(bySparsity.get(sparsity) ?? 0, worst));
  }
  const ascending = [...bySparsity].sort(([a], [b]) => a - b);
  if (ascending.length === 0) return undefined;
  const { name, coarse } = metric.difference;
  const blind = ascending.filter(([, drop]) => drop === Number.POSITIVE_INFINITY);
  if (blind.length === ascending.length) {
    return `A check with other seeds can see no ${name} with ${seedsText(results)}: more seeds are needed.`;
  }
  const firstRough = ascending.findIndex(([, drop]) => drop > coarse);
  const fine = firstRough < 0 ? ascending : ascending.slice(0, firstRough);
  const rough = ascending.slice(fine.length).filter(([, drop]) => drop < Number.POSITIVE_INFINITY);
  const last = fine.at(-1)?.[0];
  const to =
    last === undefined || firstRough < 0 ? "" : ` ${last === 0 ? "at" : "up to"} ${percent(last)} pruned`;
  const parts = [
    ...(fine.length === 0 ? [] : [`${range(fine, metric)}${to}`]),
    ...(rough.length === 0 ? [] : [`${range(rough, metric)}${last === undefined ? "" : " beyond"}`]),
    ...(blind.length === 0 ? [] : [`none at ${blind.map(([sparsity]) => percent(sparsity)).join(", ")}`]),
  ];
  const advice = last === undefined ? " More seeds make it smaller." : "";
  return `Smallest ${name} that a check with other seeds can detect: ${parts.join("; ")}.${advice}`;
}

/** `0.9 points at best, 1.8 at worst` */
function range(points: readonly (readonly [number, number])[], metric: Metric): string {
  const drops = points.map(([, drop]) => drop);
  const [least, most] = [leastOf(drops).toFixed(1), greatestOf(drops).toFixed(1)];
  return least === most ? differenceText(metric, most) : differenceRange(metric, least, most);
}

function seedsText(results: readonly ResultRow[]): string {
  return count(new Set(results.map(({ seed }) => seed)).size, "seed");
}
