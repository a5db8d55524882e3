import type { SeedDecision } from "../../analysis/seeds-needed.ts";
import { count, percent } from "../../charts/parts/titles.ts";
import type { SeedRule } from "../../experiment/seed-rule.ts";
import { primaryMetric } from "../../metrics/registry.ts";
import { shownText } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";

/** What a rule makes of the results of some seeds, in a sentence: the widest interval, and how many seeds are added. */
export function seedsText(
  results: readonly ResultRow[],
  { until, atMost }: SeedRule,
  { seeds, widest }: SeedDecision,
): string {
  const metric = primaryMetric(results);
  const has = new Set(results.map(({ seed }) => seed)).size;
  const found =
    widest === undefined
      ? "nothing was measured"
      : `the widest 95% interval, of ${widest.method} at ${percent(widest.sparsity)} pruned, ${
          Number.isFinite(widest.half) ? `is ±${shownText(metric, widest.half)}` : "is unknown from one run"
        }`;
  const narrow = widest === undefined || widest.half <= until;
  const next =
    seeds > has
      ? `${count(seeds - has, "seed")} more, since seeds.until is ${until}`
      : narrow
        ? "no more are needed"
        : `no more are run, since seeds.atMost is ${atMost}`;
  return `${count(has, "seed")}: ${found}; ${next}.`;
}
