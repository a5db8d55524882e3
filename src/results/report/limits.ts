import { groupBy } from "../../analysis/group-by.ts";
import { present } from "../../analysis/mean-interval.ts";
import { measuredPoints } from "../../analysis/measured-points.ts";
import { count, doubtText, percent } from "../../charts/parts/titles.ts";
import { sensitivitySentence } from "../../charts/sensitivity.ts";
import { leastOf } from "../../foundations/extremes.ts";
import { differenceScale, widthIn } from "../../metrics/difference.ts";
import { extremes, primaryMetric, recoveredValue } from "../../metrics/registry.ts";
import { differenceText } from "../../metrics/words.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { type Html, html } from "./html.ts";

const ONE_SWEEP =
  "It shows how the methods compare on this network, this data and this recipe; they start from the same trained " +
  "networks, so that differences between them show sooner than drops between two sweeps. It does not show other " +
  "networks or other data.";
const SEVERAL_SWEEPS =
  "It shows how these sweeps compare, each with its own trained networks. Where they differ in more than the method, " +
  "it does not show which difference made the other.";

/** What the figures stand on, and so what they can and cannot show. */
export function limits(rows: readonly ResultRow[]): Html {
  const metric = primaryMetric(rows);
  const studies = [...groupBy(rows, (row) => row.study)].map(([name, of]) => {
    const seeds = [...new Set(of.map((row) => row.seed))];
    return { name, seeds: seeds.length, text: `${seeds.length} (${seeds.join(", ")})` };
  });
  const fewest = leastOf(studies.map(({ seeds }) => seeds));
  const datasets = [
    ...groupBy(rows, (row) => `${row.dataset}: ${count(row.test_examples, "example")}`).keys(),
  ];
  const examples = leastOf(rows.map((row) => row.test_examples));
  const values = present(rows.map((row) => recoveredValue(metric, row)));
  const doubt = values.length === 0 ? undefined : doubtText(metric, extremes(metric, values).best, examples);
  const sensitivity = sensitivitySentence(rows);
  const deviation = deviationText(rows, fewest);
  const facts: [string, string][] = [
    ["Seeds", studies.map(({ name, text }) => (studies.length === 1 ? text : `${name}: ${text}`)).join("; ")],
    ...(deviation === undefined ? [] : [["Deviation between seeds", deviation] satisfies [string, string]]),
    [
      "Test set",
      datasets.join("; ") +
        (doubt === undefined
          ? ""
          : `. It leaves ${doubt} of doubt about the ${metric.noun} of any one network`),
    ],
  ];
  if (sensitivity !== undefined) {
    const [what = "", ...values] = sensitivity.split(": ");
    facts.push([what, values.join(": ")]);
  }
  return html`<dl>${facts.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl>
<p>${studies.length === 1 ? ONE_SWEEP : SEVERAL_SWEEPS} Nor is it about speed: sizes and multiplications are counted,
not timed.${fewest === 1 ? " One seed cannot show how much a result varies between seeds." : ""}</p>`;
}

/** The sample deviation between seeds, from the smallest to the largest. */
function deviationText(rows: readonly ResultRow[], seeds: number): string | undefined {
  const metric = primaryMetric(rows);
  const known = measuredPoints(rows, metric).flatMap(({ method, sparsity, recovered: { mean, std } }) =>
    mean === null || std === null
      ? []
      : [{ method, sparsity, std: widthIn(differenceScale(metric, metric.scale * mean), std) }],
  );
  const ascending = known.toSorted((a, b) => a.std - b.std);
  const [least, most] = [ascending[0], ascending.at(-1)];
  if (least === undefined || most === undefined) return seeds === 1 ? "unknown from one seed" : undefined;
  const [low, high] = [least, most].map(({ std }) => differenceText(metric, std.toFixed(2)));
  return `${low} at best, ${high} at worst (${most.method} at ${percent(most.sparsity)})`;
}
