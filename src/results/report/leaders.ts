import { type Leader, leaders } from "../../analysis/leaders.ts";
import { percent } from "../../charts/parts/titles.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { Metric } from "../../metrics/metric.ts";
import { columnHeading, endsText, heading, valueText } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { type Html, html } from "./html.ts";
import { type Cell, type ShownMethods, sortable, type TableRow } from "./tables.ts";

/** Which method is ahead at each sparsity, and which are not told from it; undefined where nothing is to be compared. */
export function leadersTable(
  rows: readonly ResultRow[],
  metric: Metric,
  shown: ShownMethods,
): Html | undefined {
  // Results on different data have nothing to do with each other.
  if (groupBy(rows, (row) => JSON.stringify([row.dataset, row.test_examples])).size > 1) return undefined;
  const found = leaders(rows, metric);
  if (found.length === 0) return undefined;
  return html`${sortable(
    "Which method is ahead",
    ["Pruned", columnHeading(heading(metric), metric), "95% interval", "Not told from it", "Behind it"],
    found.map((leader) => rowOf(leader, metric)),
    shown,
    "heading",
  )}
<p class="explanation">The best mean at each sparsity. Not told from it: methods whose difference is not significant with these seeds (paired t test by seed, adjusted by Holm over all methods at the sparsity, 5%).</p>`;
}

function rowOf({ sparsity, best, alike, behind }: Leader, metric: Metric): TableRow {
  const { mean, ci95 } = best.recovered;
  const others: Cell = { text: alike.length === 0 ? "none" : alike.join(", "), value: alike.length };
  return {
    method: best.method,
    cells: [
      { text: percent(sparsity), value: sparsity },
      mean === null ? { text: "", value: "" } : { text: valueText(metric, mean), value: metric.scale * mean },
      ci95 === null
        ? { text: "", value: "" }
        : { text: endsText(metric, ci95), value: metric.scale * (ci95.high - ci95.low) },
      others,
      { text: String(behind), value: behind },
    ],
  };
}
