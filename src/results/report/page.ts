import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { recordedGuesses } from "../../analysis/constant-guesses.ts";
import { summarize } from "../../analysis/summarize.ts";
import { type ChartData, captionOf } from "../../charts/chart.ts";
import { count, subject } from "../../charts/parts/titles.ts";
import { fontFamily, readFont } from "../../charts/rendering/font.ts";
import type { RenderedChart } from "../../charts/rendering/render.ts";
import { packageRoot, packageVersion } from "../../foundations/paths.ts";
import type { Metric } from "../../metrics/metric.ts";
import { primaryMetric } from "../../metrics/registry.ts";
import { findings } from "./findings.ts";
import { Html, html } from "./html.ts";
import { inlineSvg } from "./inline-svg.ts";
import { limits } from "./limits.ts";
import { type ReportedStudy, reproduction } from "./reproduce.ts";
import { colorRules } from "./style.ts";
import { layerTable, summaryLegend, summaryTable } from "./tables.ts";
import { weightsSection } from "./weights.ts";

export interface ReportContent {
  /** One sweep, or several that are laid over each other. */
  readonly studies: readonly ReportedStudy[];
  /** The rows of all of them, each method by a name of its own. */
  readonly data: ChartData;
  /** Drawn from that data. */
  readonly charts: readonly RenderedChart[];
}

/**
 * The report as one HTML page that needs nothing else: no network, no other file. Its charts are the SVG pictures,
 * which a small script makes interactive; the page's policy runs that script and no other. The same content gives
 * the same bytes.
 */
export async function renderReport({ studies, data, charts }: ReportContent): Promise<string> {
  const { results, layers, snapshots } = data;
  const summary = summarize(results);
  const metric = primaryMetric(results);
  const methods = [...new Set(results.map((row) => row.method))];
  const title = studies.map(({ name }) => name).join(" · ");
  const { style, script } = await readAssets(methods);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${sourceHash(style)}; script-src ${sourceHash(script)}; font-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="prune-lab ${packageVersion()}">
<title>${title}: pruning report</title>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="subtitle">${subject(results)}, ${sizes(results)} parameters,
${count(methods.length, "method")}, ${count(new Set(results.map((row) => row.target_sparsity)).size, "sparsity level")}</p>
</header>
<main>
<section aria-labelledby="findings">
<h2 id="findings">Findings</h2>
<ul>${findings(results, recordedGuesses(studies)).map((sentence) => html`<li>${sentence}</li>\n`)}</ul>
</section>
<aside class="box" aria-labelledby="limits">
<h2 id="limits">What ${studies.length === 1 ? "this sweep" : "these sweeps"} can and cannot show</h2>
${limits(results, recordedGuesses(studies))}
</aside>
<section aria-labelledby="charts">
<h2 id="charts">Charts</h2>
${methodBoxes(methods)}
<p class="hint" id="chart-keys">Point at a mark to read it; from the keyboard, focus a chart and use the arrow keys.</p>
${charts.map((chart) => figureOf(chart, { methods, metric }))}
</section>
<section aria-labelledby="tables">
<h2 id="tables">Tables</h2>
<p class="explanation">${summaryLegend(metric, results)} A heading sorts by its column.</p>
${summaryTable(summary, results, methods)}
${layers.length > 0 ? html`<details><summary>Layers</summary>${layerTable(layers, methods)}</details>` : ""}
</section>
${snapshots === undefined || snapshots.points.every((point) => point.target_sparsity === 0) ? "" : weightsSection(snapshots, methods)}
<section aria-labelledby="reproduce">
<h2 id="reproduce">How to reproduce it</h2>
${studies.map(reproduction)}
</section>
</main>
<footer><p>Written by prune-lab ${packageVersion()}.</p></footer>
<div id="tip" hidden aria-hidden="true"></div>
<div id="announcer" class="unseen" role="status"></div>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}

/** The parameter counts of the networks. */
function sizes(results: ChartData["results"]): string {
  const distinct = [...new Set(results.map((row) => row.parameters))];
  return distinct.map((parameters) => parameters.toLocaleString("en-US")).join(" and ");
}

/** The legend of the page: a box a method. */
function methodBoxes(methods: readonly string[]): Html {
  return html`<fieldset id="methods"><legend>Show</legend>${methods.map(
    (method, i) =>
      html`<label class="s${i}"><input type="checkbox" value="${i}" checked autocomplete="off"><span class="swatch"></span>${method}</label>
`,
  )}</fieldset>`;
}

function figureOf(
  { chart, spec, svg }: RenderedChart,
  { methods, metric }: { readonly methods: readonly string[]; readonly metric: Metric },
): Html {
  const { text, description } = titleOf(spec);
  return html`<figure${chart.colors === undefined ? "" : html` class="${chart.colors}"`}>
<h3 class="unseen">${text}</h3>
<div class="chart" tabindex="0" role="group" aria-label="${text}" aria-describedby="chart-keys">${inlineSvg(
    svg,
    {
      name: chart.name,
      description,
      methods,
    },
  )}</div>
<figcaption>${captionOf(chart, metric)}</figcaption>
</figure>
`;
}

/** The title of a chart of ours, and with its subtitle the description of the picture. */
function titleOf({ title }: RenderedChart["spec"]): { text: string; description: string } {
  const { text, subtitle = [] } = (typeof title === "object" && "text" in title ? title : {}) as {
    readonly text?: string;
    readonly subtitle?: string | readonly string[];
  };
  const lines = [text ?? "", ...[subtitle].flat()];
  return { text: text ?? "", description: `${lines.join(". ")}. The table of results has the figures.` };
}

async function readAssets(methods: readonly string[]): Promise<{ style: string; script: string }> {
  const asset = (name: string) => readFile(path.join(packageRoot, "assets", "report", name), "utf8");
  const [css, script, font] = await Promise.all([asset("report.css"), asset("report.js"), readFont()]);
  const face = `@font-face{font-family:"${fontFamily}";src:url(data:font/ttf;base64,${Buffer.from(font).toString("base64")})}`;
  // Line ends as in the repository, also from a checkout on Windows: the hashes below are of these bytes.
  const plain = (text: string) => text.replaceAll("\r\n", "\n");
  return { style: `${plain(css)}\n${colorRules(methods)}\n${face}`, script: plain(script) };
}

function sourceHash(source: string): Html {
  return new Html(`'sha256-${createHash("sha256").update(source).digest("base64")}'`);
}
