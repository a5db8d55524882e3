import { meanInterval, present } from "../../analysis/statistics/mean-interval.ts";
import { count, percent } from "../../charts/parts/titles.ts";
import { groupBy } from "../../foundations/group-by.ts";
import { accuracy } from "../../metrics/accuracy.ts";
import { differenceText, measured } from "../../metrics/words.ts";
import type { SweetSpotRow } from "../../recording/rows.ts";
import { type Html, html } from "./html.ts";
import { type Cell, type ShownMethods, sortable } from "./tables.ts";

/** The sweet spot of each method, with what is left there on examples that the choice has not seen, a sentence each. */
export function sweetSpotSentences(rows: readonly SweetSpotRow[]): string[] {
  return [...groupBy(rows, ({ method }) => method)].map(([method, of]) => {
    const [first] = of;
    const spot = of.filter(({ sweet_spot }) => sweet_spot === "yes");
    if (first === undefined || spot.length === 0) return `${method} has no sweet spot: ${obstacle(of)}.`;
    const mean = (value: (row: SweetSpotRow) => number | null) =>
      meanInterval(present(spot.map(value))).mean ?? 0;
    const drop = mean((row) => row.accuracy_drop);
    return (
      `The sweet spot of ${method} is ${percent(spot[0]?.target_sparsity ?? 0)}, the knee of its accuracy on ${choiceText(first)}. ` +
      `On ${othersText(first)} it has ${measured(
        accuracy,
        mean((row) => row.accuracy),
      )} there, ` +
      `${differenceText(accuracy, Math.abs(drop).toFixed(1))} ${drop < 0 ? "above" : "below"} the dense baseline.`
    );
  });
}

/** Why a curve has no knee: see kneeSparsity. */
function obstacle(rows: readonly SweetSpotRow[]): string {
  const points = [...groupBy(rows, ({ target_sparsity }) => target_sparsity)].sort(([a], [b]) => a - b);
  if (rows.some(({ choice_accuracy }) => choice_accuracy === null)) return "some of its networks diverged";
  if (points.length < 3)
    return `it stands at ${count(points.length, "sparsity level")}, and a knee takes three`;
  const [first, last] = [points[0]?.[1] ?? [], points.at(-1)?.[1] ?? []].map(
    (of) => meanInterval(present(of.map((row) => row.choice_accuracy))).mean ?? 0,
  );
  const fall = accuracy.scale * ((first ?? 0) - (last ?? 0));
  return fall < accuracy.difference.margin
    ? `on ${choiceText(rows[0])} its accuracy falls by less than ${marginText()} up to ${percent(points.at(-1)?.[0] ?? 0)}`
    : `on ${choiceText(rows[0])} its accuracy rises by ${marginText()} or more in between`;
}

function choiceText(row: SweetSpotRow | undefined): string {
  if (row?.chosen_on === "test half")
    return `${count(row.choice_examples, "test text")} drawn for the choice`;
  return count(row?.choice_examples ?? 0, "validation example");
}

function othersText({ chosen_on, other_examples }: SweetSpotRow): string {
  return chosen_on === "test half"
    ? `the other ${other_examples.toLocaleString("en-US")}`
    : `the ${count(other_examples, "test example")}`;
}

function marginText(): string {
  return differenceText(accuracy, accuracy.difference.margin);
}

/** What sweet spots are chosen by, and the accuracy on the other examples; undefined unless the study asks for them. */
export function sweetSpotTable(rows: readonly SweetSpotRow[], shown: ShownMethods): Html | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  const mean = (
    of: readonly SweetSpotRow[],
    value: (row: SweetSpotRow) => number | null,
    scale: number,
  ): Cell => {
    const found = meanInterval(present(of.map(value))).mean;
    return found === null ? { text: "", value: "" } : { text: (scale * found).toFixed(2), value: found };
  };
  const points = groupBy(rows, (row) => JSON.stringify([row.method, row.target_sparsity]));
  const table = sortable(
    "Sweet spots",
    [
      "Pruned",
      "Accuracy for the choice (%)",
      "Sweet spot",
      "Accuracy on the others (%)",
      "Drop there (points)",
    ],
    [...points.values()].map((of) => {
      const { method, target_sparsity, sweet_spot } = of[0] ?? first;
      return {
        method,
        cells: [
          { text: percent(target_sparsity), value: target_sparsity },
          mean(of, (row) => row.choice_accuracy, 100),
          { text: sweet_spot === "yes" ? "yes" : "", value: sweet_spot },
          mean(of, (row) => row.accuracy, 100),
          mean(of, (row) => row.accuracy_drop, 1),
        ],
      };
    }),
    shown,
    "heading",
  );
  return html`${table}<p class="explanation">The sweet spot is the knee of the accuracy, mean over the seeds, on ${choiceText(first)}: the
sparsity at which the curve lies farthest above the straight line from its first to its last point (Satopaa et al. 2011). There is
none where the accuracy falls by less than ${marginText()}, or rises by as much in between. The choice has not seen ${othersText(first)}:
what is lost at the sweet spot is read there.</p>`;
}
