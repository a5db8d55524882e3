import {
  type PublishedComparison,
  publishedComparisons,
  type Verdict,
} from "../../analysis/published-comparisons.ts";
import { count, percent } from "../../charts/parts/titles.ts";
import type { PublishedPoint } from "../../recording/published-points.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { type Html, html } from "./html.ts";
import { listed } from "./parts.ts";
import { type Cell, type ShownMethods, sortable, type TableRow } from "./tables.ts";

const VERDICTS: Readonly<Record<Verdict, string>> = {
  better: "ours is better",
  worse: "ours is worse",
  "no difference": "no difference by interval",
};

/** How often ours is better, worse, or not to be told apart; nothing without published figures at our sparsities. */
export function publishedSentences(
  results: readonly ResultRow[],
  published: readonly PublishedPoint[],
): string[] {
  const verdicts = publishedComparisons(results, published).flatMap(({ verdict }) => verdict ?? []);
  if (verdicts.length === 0) return [];
  const parts = (Object.keys(VERDICTS) as Verdict[]).flatMap((verdict) => {
    const times = verdicts.filter((each) => each === verdict).length;
    return times === 0 ? [] : [`${VERDICTS[verdict]} in ${times}`];
  });
  return [
    `Beside published figures, ${count(verdicts.length, "comparison")} at the same fraction kept: ${listed(parts)}. Protocols differ: published.csv says how.`,
  ];
}

/** Each published figure at one of our sparsities, ours, their difference and the verdict. */
export function publishedTable(
  results: readonly ResultRow[],
  published: readonly PublishedPoint[],
  shown: ShownMethods,
): Html | undefined {
  const comparisons = publishedComparisons(results, published);
  if (comparisons.length === 0) return undefined;
  return html`${sortable(
    "Published figures",
    [
      "Pruned",
      "Paper",
      "Its method",
      "Theirs (%)",
      "Ours (%)",
      "Difference",
      "95% interval",
      "Verdict",
      "Protocol",
    ],
    comparisons.map(rowOf),
    shown,
    "heading",
  )}
<p class="explanation">Test errors in percent. Difference: ours minus theirs, in percentage points, with its 95% interval from the seeds of both, as far as the paper tells its spread, and half a unit of its last digit. published.csv has every figure with its source.</p>`;
}

function rowOf(comparison: PublishedComparison): TableRow {
  const { published, method, sparsity, error, difference, ci95, verdict } = comparison;
  const text = (value: string): Cell => ({ text: value, value });
  return {
    method,
    cells: [
      { text: percent(sparsity), value: sparsity },
      text(published.paper),
      text(published.method),
      { text: published.error, value: Number(published.error) },
      { text: error.toFixed(2), value: error },
      { text: signed(difference), value: difference },
      ci95 === null
        ? text("")
        : { text: `${signed(ci95.low)} to ${signed(ci95.high)}`, value: ci95.high - ci95.low },
      text(verdict === null ? "one seed has no interval" : VERDICTS[verdict]),
      text(published.protocol),
    ],
  };
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${value.toFixed(2)}`;
}
