import { percent } from "../../charts/parts/titles.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { type Html, html } from "./html.ts";
import { type Cell, type ShownMethods, sortable } from "./tables.ts";

/**
 * Each pruned network against the dense one on the same test examples; undefined where it is not known which of them a
 * network has right.
 */
export function pairedTable(results: readonly ResultRow[], shown: ShownMethods): Html | undefined {
  const known = results.filter(({ newly_wrong }) => newly_wrong != null);
  if (known.length === 0) return undefined;
  const seeds = new Set(known.map(({ seed }) => seed));
  const table = sortable(
    "On the same test examples",
    [
      "Pruned",
      ...(seeds.size > 1 ? ["Seed"] : []),
      "Accuracy (%)",
      "Newly wrong",
      "Newly right",
      "Drop (points)",
      "McNemar's p",
    ],
    known.map((row) => ({
      method: row.method,
      cells: [
        { text: percent(row.target_sparsity), value: row.target_sparsity },
        ...(seeds.size > 1 ? [whole(row.seed)] : []),
        withEnds(row.accuracy, row.test_ci95_low, row.test_ci95_high, 100),
        whole(row.newly_wrong),
        whole(row.newly_right),
        withEnds(row.accuracy_drop, row.drop_ci95_low, row.drop_ci95_high, 1),
        { text: probabilityText(row.mcnemar_p ?? 1), value: row.mcnemar_p ?? "" },
      ],
    })),
    shown,
    "heading",
  );
  return html`${table}<p class="explanation">Intervals of 95% over the test examples, of one network each: Wilson's of the accuracy,
Newcombe's of the drop from the dense baseline, paired by example. They say what another test set might show; nothing of what
another training might. McNemar's exact test is of each row alone: of twenty rows without any difference one has a p below
0.05.</p>`;
}

function whole(value: number | null | undefined): Cell {
  return value == null ? { text: "", value: "" } : { text: String(value), value };
}

/** `80.4 [77.6, 82.9]` */
function withEnds(
  value: number | null,
  low: number | null | undefined,
  high: number | null | undefined,
  scale: number,
): Cell {
  if (value === null || low == null || high == null) return { text: "", value: "" };
  const text = (of: number) => (scale * of).toFixed(1);
  return { text: `${text(value)} [${text(low)}, ${text(high)}]`, value };
}

function probabilityText(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}
