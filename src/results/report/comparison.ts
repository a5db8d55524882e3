import { seedValues } from "../../analysis/curve-summaries.ts";
import { dropEstimates, estimateInterval, strongest } from "../../analysis/gate/drop-estimate.ts";
import { holmAdjusted } from "../../analysis/statistics/holm.ts";
import { scaleOf, shownValues } from "../../analysis/statistics/seed-values.ts";
import { percent } from "../../charts/parts/titles.ts";
import { leastOf } from "../../foundations/extremes.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { Metric } from "../../metrics/metric.ts";
import { recoveredValue, sign } from "../../metrics/registry.ts";
import { side } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { amountText, intervalText, listed, meanOf } from "./parts.ts";

/** A paired difference is significant below this, over all sparsities together. */
const ALPHA = 0.05;

/** Where the best and the worst method can be told apart, and how far apart they end. */
export function comparison(rows: readonly ResultRow[], metric: Metric): string[] {
  // Results on different data have nothing to do with each other.
  if (groupBy(rows, (row) => JSON.stringify([row.dataset, row.test_examples])).size > 1) return [];
  const contests = [...groupBy(rows, (row) => row.target_sparsity)]
    .filter(([sparsity]) => sparsity > 0 && sparsity < 1)
    .sort(([a], [b]) => a - b)
    .flatMap(([sparsity, of]) => contest(sparsity, of, metric));
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
    `${widest.best} is ahead by most at ${percent(widest.sparsity)}: ${amountText(metric, widest.difference)} ${side(metric, "better")} ${widest.worst}${widest.interval}.`,
    `The best and the worst method can be told apart at ${listed(apart)}; at the other sparsities they cannot, with these seeds.`,
  ].slice(0, different.length === contests.length ? 1 : 2);
}

/** The best method against the worst at one sparsity; relative differences are of the worst. */
function contest(sparsity: number, rows: readonly ResultRow[], metric: Metric) {
  const ranked = [...groupBy(rows, (row) => row.method)]
    .flatMap(([method, of]) => {
      const mean = meanOf(of, (row) => recoveredValue(metric, row));
      return mean === null ? [] : [{ method, mean, rows: of }];
    })
    .sort((a, b) => sign(metric) * (b.mean - a.mean));
  const [best, worst] = [ranked[0], ranked.at(-1)];
  if (best === undefined || worst === undefined || best === worst) return [];
  const scale = scaleOf(metric, shownValues(worst.rows, metric));
  const sides = { baseline: seedValues(best.rows, scale), results: seedValues(worst.rows, scale) };
  const sameSeeds = [...sides.baseline.keys()].every((seed) => sides.results.has(seed));
  const estimates = dropEstimates({
    ...sides,
    scale,
    testExamples: leastOf(rows.map((row) => row.test_examples)),
    paired: sameSeeds,
  });
  // The winner was picked by the data: the test is two-sided.
  const decisive = strongest(estimates, "drop");
  if (decisive === undefined) return [];
  return [
    {
      sparsity,
      best: best.method,
      worst: worst.method,
      // Interval and verdict are of one estimate: where the methods are told apart, it does not hold 0.
      difference: decisive.estimate.drop,
      interval: intervalText({ ci95: estimateInterval(decisive.estimate) }),
      pValue: Math.min(1, 2 * decisive.pValue),
    },
  ];
}
