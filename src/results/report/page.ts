import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { isConstructedRow } from "../../analysis/dense-control.ts";
import { methodColors } from "../../charts/parts/palette.ts";
import { count, subject } from "../../charts/parts/titles.ts";
import { fontFamily, readFont } from "../../charts/rendering/font.ts";
import { packageRoot, packageVersion } from "../../foundations/paths.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { acrossData } from "./across-data.ts";
import type { ComparableStudies } from "./comparable.ts";
import { glossary } from "./glossary.ts";
import { Html, html } from "./html.ts";
import { methodsExplained } from "./methods.ts";
import { methodsOf, type PanelContent, panel } from "./panel.ts";
import { reproduction } from "./reproduce.ts";
import { differingSettings } from "./settings.ts";
import { colorRules } from "./style.ts";
import { weightsSection } from "./weights.ts";

/**
 * The report as one HTML page that needs nothing else: no network, no other file. A panel for what can be compared;
 * `apart` says why there are several, and `groups` are what they stand on. Its charts are the SVG pictures, which a small script makes interactive; the page's
 * policy runs that script and no other. The same content gives the same bytes.
 */
export async function renderReport(
  contents: readonly PanelContent[],
  {
    apart,
    groups = [],
  }: { readonly apart?: string | undefined; readonly groups?: readonly ComparableStudies[] } = {},
): Promise<string> {
  const studies = contents.flatMap((content) => content.studies);
  const results = contents.flatMap(({ data }) => data.results);
  const title = studies.map(({ name }) => name).join(" · ");
  const panels: Html[] = [];
  const colors: string[] = [];
  for (const [i, content] of contents.entries()) {
    const prefix = contents.length === 1 ? "" : `test${i + 1}-`;
    panels.push(await panel(content, { prefix, firstSeries: colors.length }));
    colors.push(...methodColors(methodsOf(content.data), content.data.labels).values());
  }
  const across = await acrossData(groups, colors.length);
  if (across !== undefined) colors.push(...methodColors(across.methods).values());
  const { style, script } = await readAssets(colors);
  const [only] = contents.length === 1 && studies.length === 1 ? contents : [];
  const snapshots = only?.data.snapshots;
  const body = html`<main>
${apart === undefined ? "" : html`<p class="apart">${apart}</p>`}
${settingsSection(differingSettings(studies))}
${across?.section ?? ""}
${panels}
<section aria-labelledby="methods-explained">
<h2 id="methods-explained">What the methods do</h2>
${methodsExplained(studies.flatMap(({ rows }) => rows))}
</section>
${snapshots === undefined || snapshots.before === null || snapshots.points.every((point) => point.target_sparsity === 0) ? "" : weightsSection(snapshots, methodsOf({ results }))}
<section aria-labelledby="reproduce">
<h2 id="reproduce">How to reproduce it</h2>
${studies.map(reproduction)}
</section>
</main>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(style, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="prune-lab ${packageVersion()}">
<title>${title}: pruning report</title>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="subtitle">${subject(results)}, ${sizes(results)} parameters,
${count(new Set(results.map((row) => row.method)).size, "method")}, ${count(new Set(results.map((row) => row.target_sparsity)).size, "sparsity level")}</p>
${glossary(wordsOf(body.text))}
</header>
${body}
<footer><p>Written by prune-lab ${packageVersion()}.</p></footer>
<div id="tip" hidden aria-hidden="true"></div>
<div id="announcer" class="unseen" role="status"></div>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}

/** Nothing from elsewhere, no other script or style, no other base, no form; pictures only of the page's own making. */
function policy(style: string, script: string): Html {
  return new Html(
    [
      "default-src 'none'",
      `style-src ${sourceHash(style)}`,
      `script-src ${sourceHash(script)}`,
      "font-src data:",
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
    ].join("; "),
  );
}

function settingsSection(table: Html | undefined): Html | "" {
  return table === undefined
    ? ""
    : html`<section aria-labelledby="settings">
<h2 id="settings">What differs between the sweeps</h2>
${table}
</section>`;
}

/** The running text of a part of the page. */
function wordsOf(text: string): string {
  return text.replace(
    /<script[\s\S]*?<\/script>|<pre[\s\S]*?<\/pre>|<div popover[\s\S]*?<\/div>|<[^>]*>/g,
    " ",
  );
}

/** The parameter counts of the networks that are pruned; of constructed ones alone theirs. */
function sizes(results: readonly ResultRow[]): string {
  const pruned = results.filter((row) => !isConstructedRow(row));
  const distinct = [...new Set((pruned.length > 0 ? pruned : results).map((row) => row.parameters))];
  return distinct.map((parameters) => parameters.toLocaleString("en-US")).join(" and ");
}

async function readAssets(seriesColors: readonly string[]): Promise<{ style: string; script: string }> {
  const asset = (name: string) => readFile(path.join(packageRoot, "assets", "report", name), "utf8");
  const [css, script, font] = await Promise.all([asset("report.css"), asset("report.js"), readFont()]);
  const face = `@font-face{font-family:"${fontFamily}";src:url(data:font/ttf;base64,${Buffer.from(font).toString("base64")})}`;
  // Line ends as in the repository, also from a checkout on Windows: the hashes are of these bytes.
  const plain = (text: string) => text.replaceAll("\r\n", "\n");
  return { style: `${plain(css)}\n${colorRules(seriesColors)}\n${face}`, script: plain(script) };
}

function sourceHash(source: string): string {
  return `'sha256-${createHash("sha256").update(source).digest("base64")}'`;
}
