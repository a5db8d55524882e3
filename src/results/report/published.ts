import {
  type Pairing,
  type PublishedComparison,
  publishedComparisons,
  type UncomparedFigure,
  uncomparedFigures,
  type Verdict,
} from "../../analysis/published-comparisons.ts";
import { count, percent } from "../../charts/parts/titles.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { PublishedPoint } from "../../recording/published-points.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { whyNot } from "../published.ts";
import { type Html, html } from "./html.ts";
import { listed } from "./parts.ts";
import { type Cell, type ShownMethods, sortable, type TableRow } from "./tables.ts";

const VERDICTS: Readonly<Record<Verdict, string>> = {
  better: "ours is better",
  worse: "ours is worse",
  "no difference": "no difference by interval",
};

/**
 * How often ours is better, worse, or not to be told apart, apart for the same and for other methods; and which figures
 * have no point of ours near them. Nothing without published figures.
 */
export function publishedSentences(
  results: readonly ResultRow[],
  published: readonly PublishedPoint[],
): string[] {
  const comparisons = publishedComparisons(results, published);
  const judged = (pairing: Pairing) =>
    comparisons.flatMap((each) => (each.pairing === pairing ? (each.verdict ?? []) : []));
  const [same, other] = [judged("same method"), judged("other method")];
  const compared = [
    ...(same.length === 0
      ? []
      : [
          `${count(same.length, "comparison")} with the same method at the same fraction kept: ${tally(same)}`,
        ]),
    ...(other.length === 0
      ? []
      : [
          `${count(other.length, "comparison")} with other methods, of figures whose own this study does not have: ${tally(other)}`,
        ]),
  ];
  return [
    ...(compared.length === 0
      ? []
      : [`Beside published figures, ${compared.join("; ")}. Protocols differ: published.csv says how.`]),
    ...uncomparedSentence(uncomparedFigures(results, published)),
  ];
}

function tally(verdicts: readonly Verdict[]): string {
  const parts = (Object.keys(VERDICTS) as Verdict[]).flatMap((verdict) => {
    const times = verdicts.filter((each) => each === verdict).length;
    return times === 0 ? [] : [`${VERDICTS[verdict]} in ${times}`];
  });
  return listed(parts);
}

/** The figures that stand alone, those of one paper, method and reason together. */
function uncomparedSentence(uncompared: readonly UncomparedFigure[]): string[] {
  if (uncompared.length === 0) return [];
  const byReason = [...groupBy(uncompared, whyNot)].map(([why, figures]) => {
    const byMethod = groupBy(figures, ({ published: { paper, method } }) => `${paper} ${method}`);
    const named = [...byMethod].map(([name, of]) => {
      const kept = [...new Set(of.map(({ published }) => published.kept))].sort((a, b) => b - a);
      return kept.every((part) => part === 1) ? name : `${name} at ${listed(kept.map(percent))} kept`;
    });
    return `${named.join("; ")} (${why})`;
  });
  return [
    `Nothing here is near ${count(uncompared.length, "published figure")}, within 2% of the fraction kept: ${byReason.join("; ")}.`,
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
      "Compared with",
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
<p class="explanation">Test errors in percent. Difference: ours minus theirs, in percentage points, with its 95% interval from the seeds of both, as far as the paper tells its spread, and half a unit of its last digit. Compared is the same method; where the study has none that is, every one of its methods. published.csv has every figure with its source.</p>`;
}

function rowOf(comparison: PublishedComparison): TableRow {
  const { published, pairing, method, sparsity, error, difference, ci95, verdict } = comparison;
  const text = (value: string): Cell => ({ text: value, value });
  return {
    method,
    cells: [
      { text: percent(sparsity), value: sparsity },
      text(published.paper),
      text(published.method),
      text(pairing),
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
