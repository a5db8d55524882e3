import { percent } from "../../charts/parts/titles.ts";
import { leastOf } from "../../foundations/extremes.ts";
import type { WeightsTableRow } from "../../recording/rows.ts";
import { type Html, html } from "./html.ts";
import { type Cell, type ShownMethods, sortable } from "./tables.ts";

/** What the prunable weights of the dense network are before pruning, in a sentence; of several seeds the first. */
export function weightsSentence(rows: readonly WeightsTableRow[]): string | undefined {
  const known = rows.find((row) => row.parameter === null && row.baseline_mean !== null);
  if (known === undefined) return undefined;
  const { seed, weights, baseline_min: min, baseline_max: max, baseline_mean, baseline_std } = known;
  return (
    `Before pruning, the ${weights.toLocaleString("en-US")} prunable weights of seed ${seed} lie between ${valueText(min)} and ` +
    `${valueText(max)}: mean ${valueText(baseline_mean)}, standard deviation ${valueText(baseline_std)}.`
  );
}

/** Statistics of the weights of the first seed: all together by method and sparsity, and of each layer before pruning. */
export function weightStatisticsTables(
  rows: readonly WeightsTableRow[],
  shown: ShownMethods,
): Html | undefined {
  if (rows.length === 0) return undefined;
  const seed = leastOf(rows.map((row) => row.seed));
  const own = rows.filter((row) => row.seed === seed);
  const together = own.filter(({ parameter }) => parameter === null);
  const table = sortable(
    "Weights after recovery",
    ["Pruned", "Prunable", "Not 0", "Smallest", "Largest", "Mean", "Deviation"],
    together.map(({ method, target_sparsity, weights, nonzero, min, max, mean, std }) => ({
      method,
      cells: [
        { text: percent(target_sparsity), value: target_sparsity },
        whole(weights),
        whole(nonzero),
        ...[min, max, mean, std].map(cell),
      ],
    })),
    shown,
    "heading",
  );
  // The same dense network stands behind every row: each tensor once.
  const before = new Map(
    own.filter((row) => row.baseline_mean !== null).map((row) => [row.parameter ?? "all of them", row]),
  );
  const lines = [...before].map(
    ([name, row]) =>
      html`<tr><th scope="row">${name}</th>${[
        row.weights.toLocaleString("en-US"),
        ...[row.baseline_min, row.baseline_max, row.baseline_mean, row.baseline_std].map(valueText),
      ].map((text) => html`<td>${text}</td>`)}</tr>\n`,
  );
  return html`${table}<p class="explanation">Of seed ${seed}, pruned weights as 0; the deviation is the sample standard deviation.</p>
${
  lines.length === 0
    ? ""
    : html`<details><summary>Weights before pruning, by layer</summary><div class="wide" tabindex="0" role="region" aria-label="Weights before pruning, by layer${shown.of ?? ""}"><table>
<caption class="unseen">Weights before pruning, by layer</caption>
<thead><tr>${["Tensor", "Values", "Smallest", "Largest", "Mean", "Deviation"].map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
<tbody>${lines}</tbody></table></div></details>`
}`;
}

function whole(value: number): Cell {
  return { text: value.toLocaleString("en-US"), value };
}

function cell(value: number | null): Cell {
  return { text: valueText(value), value: value ?? "" };
}

/** With four decimals, or three digits where that is more. */
function valueText(value: number | null): string {
  if (value === null) return "";
  if (value === 0) return "0";
  return Math.abs(value) < 0.001 ? value.toPrecision(3) : value.toFixed(4);
}
