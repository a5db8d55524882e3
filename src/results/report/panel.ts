import { baselineHealth } from "../../analysis/baseline-health.ts";
import { recordedGuesses } from "../../analysis/constant-guesses.ts";
import { roundingDifferences } from "../../analysis/rounding-differences.ts";
import { summarize } from "../../analysis/summarize.ts";
import { type NamedRows, sweepDifferences } from "../../analysis/sweep-differences.ts";
import type { ChartData } from "../../charts/chart.ts";
import { methodStyles } from "../../charts/parts/palette.ts";
import type { RenderedChart } from "../../charts/rendering/render.ts";
import { shrunkNetworkChart } from "../../charts/shrunk-network.ts";
import { primaryMetric } from "../../metrics/registry.ts";
import { differenceFigure, differenceSentences, differenceTable, seriesOf } from "./differences.ts";
import { chartFigure, figureHtml } from "./figure.ts";
import { findings } from "./findings.ts";
import { withDefinitions } from "./glossary.ts";
import { type Html, html } from "./html.ts";
import { layerScanSentences } from "./layer-scan.ts";
import { leadersTable } from "./leaders.ts";
import { limits } from "./limits.ts";
import { nextSteps } from "./next-steps.ts";
import { metricNotes, ownMetricsTable } from "./own-metrics.ts";
import { pairedTable } from "./paired.ts";
import { publishedSentences, publishedTable } from "./published.ts";
import type { ReportedStudy } from "./reproduce.ts";
import { roundingSentences, roundingTable } from "./rounding.ts";
import { searchSentences } from "./search.ts";
import { isTestedOnTraining } from "./settings.ts";
import { shrunkSentences, shrunkTables } from "./shrunk.ts";
import { swatch, swatchSymbols } from "./swatch.ts";
import { sweetSpotSentences, sweetSpotTable } from "./sweet-spots.ts";
import { countsUnits, layerTable, summaryLegend, summaryTable } from "./tables.ts";
import { weightStatisticsTables, weightsSentence } from "./weight-statistics.ts";

/** What can be compared: one study, or several on the same test data. */
export interface PanelContent {
  /** What they stand on: `mnist, 10,000 test examples`. */
  readonly label: string;
  readonly studies: readonly ReportedStudy[];
  /** The rows of all of them, each method by a name of its own. */
  readonly data: ChartData;
  /** What of them is left out, because a page cannot show it. */
  readonly note?: string | undefined;
  /** Drawn from the same rows. */
  readonly charts: readonly RenderedChart[];
}

export interface PanelPlace {
  /** Of the ids of this panel; empty where it is alone. */
  readonly prefix: string;
  /** The number of its first method on the page. */
  readonly firstSeries: number;
}

/** Findings, limits, what to try next, charts and tables of what can be compared. */
export async function panel(
  { label, studies, data, note, charts }: PanelContent,
  { prefix, firstSeries }: PanelPlace,
): Promise<Html> {
  const { results, layers } = data;
  const metric = primaryMetric(results);
  const methods = methodsOf(data);
  const context = { prefix, methods, firstSeries, metric };
  const shown = { methods, firstSeries, of: prefix === "" ? "" : `, ${label}` };
  // Of several panels, each section is told by its panel and its heading.
  const of = prefix === "" ? "" : `${prefix}title `;
  const guessOf = recordedGuesses(studies);
  const rounding = roundingDifferences(results, metric);
  const differences = sweepDifferences(studies satisfies readonly NamedRows[], metric);
  const series = seriesOf(studies);
  const differing = await differenceFigure(differences, { metric, methods, series });
  const weights = weightsSentence(data.evaluation?.weights ?? []);
  const { sentences, definitions } = withDefinitions(
    [
      ...findings(results, guessOf),
      ...(studies.length === 1 ? searchSentences(results, data.history, metric) : []),
      ...layerScanSentences(results),
      ...sweetSpotSentences(data.evaluation?.["sweet-spots"] ?? []),
      ...(weights === undefined ? [] : [weights]),
      ...shrunkSentences(baselineHealth(results, guessOf).sound, layers, metric),
      ...publishedSentences(results, data.published ?? []),
      ...roundingSentences(rounding, metric),
      ...differenceSentences(studies, differences, metric),
    ],
    prefix,
  );
  const units = countsUnits(layers);
  const shrunk = shrunkTables(results, layers, metric, shown);
  const figures = (of: readonly RenderedChart[]) =>
    of.map((chart) =>
      figureHtml(chartFigure(chart, metric), { ...context, metric: chart.chart.metric ?? metric }),
    );
  const steps =
    studies.length === 1 ? nextSteps({ results, history: data.history, guessOf }, studies[0]?.manifest) : [];
  return html`<div class="panel-of-tests"${prefix === "" ? "" : html` role="region" aria-label="${label}"`}>
${prefix === "" ? "" : html`<h2 class="test" id="${prefix}title">${label}</h2>`}
${note === undefined ? "" : html`<p class="apart">${note}. The tables of the results folder have all.</p>`}
<section aria-labelledby="${of}${prefix}findings">
<h2 id="${prefix}findings">Findings</h2>
<ul>${sentences.map((sentence) => html`<li>${sentence}</li>\n`)}</ul>
${definitions}
</section>
<aside class="box" aria-labelledby="${of}${prefix}limits">
<h2 id="${prefix}limits">What ${studies.length === 1 ? "this sweep" : "these sweeps"} can and cannot show</h2>
${limits(results, { guessOf, testedOnTraining: studies.some(isTestedOnTraining), seedRules: studies.flatMap(({ manifest }) => manifest?.seeds ?? []) })}
</aside>
${
  steps.length === 0
    ? ""
    : html`<section aria-labelledby="${of}${prefix}next">
<h2 id="${prefix}next">What to try next</h2>
<ul>${steps.map(({ why, command }) => html`<li>${why}<pre tabindex="0"><code>${command}</code></pre></li>\n`)}</ul>
<p class="hint">Run in the results folder, whose config.yaml has every setting. What is computed already is not computed again where only seeds, sparsities or methods are new; other changes go to a folder of their own.</p>
</section>`
}
<section aria-labelledby="${of}${prefix}charts">
<h2 id="${prefix}charts">Charts</h2>
${methodBoxes(methods, { firstSeries, labels: data.labels })}
<p class="hint keys" id="${prefix}chart-keys">Point at a mark to read it; from the keyboard, focus a chart and use the arrow keys. Zoom by the buttons, by + and −, by dragging a box, or with the wheel and Ctrl.</p>
${figures(charts.filter(({ chart }) => chart !== shrunkNetworkChart))}
${differing === undefined ? "" : figureHtml(differing, context)}
</section>
<section aria-labelledby="${of}${prefix}tables">
<h2 id="${prefix}tables">Tables</h2>
<p class="explanation">${summaryLegend(metric, results, units)} A heading sorts by its column.</p>
${summaryTable(summarize(results), results, { ...shown, units })}
${leadersTable(results, metric, shown) ?? ""}
${publishedTable(results, data.published ?? [], shown) ?? ""}${pairedTable(results, shown) ?? ""}
${sweetSpotTable(data.evaluation?.["sweet-spots"] ?? [], shown) ?? ""}
${ownMetricsTable(results, data.metrics ?? [], shown)}
${metricNotes(studies).map((sentence) => html`<p class="explanation">${sentence}</p>`)}
${roundingTable(results, rounding, { metric, ...shown }) ?? ""}
${differences.length === 0 ? "" : differenceTable(differences, { metric, series, ...shown })}
${weightStatisticsTables(data.evaluation?.weights ?? [], shown) ?? ""}
${layers.length > 0 ? html`<details><summary>Layers</summary>${layerTable(layers, shown)}</details>` : ""}
</section>
${
  shrunk === undefined
    ? ""
    : html`<section aria-labelledby="${of}${prefix}shrunk">
<h2 id="${prefix}shrunk">What is left as a smaller dense network</h2>
<p class="explanation">Without units (neurons, filters) that no output depends on, and units that are the same for every example, whose value goes into the next biases. All inputs stay, and the outputs are those of the pruned network but for rounding. <code>prune-lab shrink</code> writes it as a checkpoint.</p>
${figures(charts.filter(({ chart }) => chart === shrunkNetworkChart))}
${shrunk}
</section>`
}
</div>
`;
}

/** The methods of a panel, in the order of their numbers on the page. */
export function methodsOf({ results }: Pick<ChartData, "results">): string[] {
  return [...new Set(results.map((row) => row.method))];
}

/** The legend of the panel: a box a method, which shows and hides it. */
function methodBoxes(
  methods: readonly string[],
  { firstSeries, labels }: { readonly firstSeries: number; readonly labels: ChartData["labels"] },
): Html {
  const boxes = methods.map((method, i) => {
    const series = firstSeries + i;
    return html`<label class="s${series}"><input type="checkbox" value="${series}" checked autocomplete="off">${swatch(series, "line")}<span>${method}</span></label>
`;
  });
  return html`${swatchSymbols([...methodStyles(methods, labels).values()], firstSeries)}
<details class="methods" open><summary>Methods: <span class="shown">all</span></summary><fieldset><legend class="unseen">Show</legend>${boxes}${
    methods.length > 2
      ? html`<button type="button" data-all="true">All</button> <button type="button" data-all="">None</button>`
      : ""
  }</fieldset></details>`;
}
