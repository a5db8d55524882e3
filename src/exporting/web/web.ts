import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { byteScaling } from "../../datasets/normalization.ts";
import { inputError } from "../../foundations/errors.ts";
import { packageRoot, packageVersion } from "../../foundations/paths.ts";
import { parameterCount } from "../../network/parameters.ts";
import { layerOutputShapes } from "../../network/shapes.ts";
import type { Checkpoint } from "../../recording/read-checkpoint.ts";
import { dataElement, Html, html } from "../../results/report/html.ts";
import { normalizationOf, titleOf } from "../describe.ts";
import type { ExportFormat } from "../format.ts";
import { shrunk } from "../shrunk.ts";
import { packWeights } from "./pack.ts";

const GENERATOR = '<meta name="generator" content="prune-lab export ';

export const web: ExportFormat = {
  name: "web",
  summary:
    "A page for the browser, all in one file: draw a digit, see what the network says, its size and time.",
  fileName: (stem) => `${stem}.html`,
  recognize: (beginning) => beginning.includes(GENERATOR),
  encode: (checkpoint) => {
    const classes = classesOf(checkpoint);
    // The page tells its own size, which depends on how many digits that has.
    let page = "";
    for (let bytes = 0; Buffer.byteLength(page) !== bytes || bytes === 0; ) {
      bytes = Buffer.byteLength(page);
      page = pageOf(checkpoint, classes, bytes);
    }
    return page;
  },
};

/** How many classes there are. Throws where nothing that is drawn can be given to the network. */
function classesOf(checkpoint: Checkpoint): number {
  const { network, metadata } = checkpoint;
  const [channels, height, width] = network.inputShape;
  const refuse = (reason: string) =>
    inputError(
      `The format web is a page to draw on, for networks that classify gray square images; ${reason}.`,
      {
        hint: "Formats for any network: --format onnx, torch, safetensors or safetensors-compressed.",
      },
    );
  if (network.loss !== "softmax-cross-entropy") throw refuse("this one is a regression");
  if (network.inputShape.length !== 3 || channels !== 1 || height !== width) {
    throw refuse(`this one takes [${network.inputShape.join(", ")}]`);
  }
  if (normalizationOf(checkpoint) === undefined) {
    throw refuse(
      `of ${metadata.dataset ?? "its data"} the checkpoint does not say how bytes of pixels become inputs`,
    );
  }
  const [classes = 0] = layerOutputShapes(network).at(-1) ?? [];
  return classes;
}

/** Without the comments and the indentation: a third of it. */
function asset(name: string): string {
  return readFileSync(path.join(packageRoot, "assets", "export", name), "utf8")
    .replace(/^ *(\/\/|\/?\*).*\n/gm, "")
    .replace(/^ +/gm, "");
}

function pageOf(checkpoint: Checkpoint, classes: number, pageBytes: number): string {
  const { metadata } = checkpoint;
  const { network, parameters } = shrunk(checkpoint);
  const { tensors, bytes } = packWeights({ network, parameters });
  const style = asset("page.css");
  const script = `${asset("network.js")}\n${asset("draw.js")}`;
  const nonzero = tensors.reduce((sum, tensor) => sum + tensor.nonzero, 0);
  const dense = parameterCount(checkpoint.network);
  const noun = /^mnist(-10k)?$/.test(metadata.dataset ?? "") ? "digit" : "picture";
  const side = network.inputShape[1] ?? 0;
  const { inputShape, layers } = network;
  const data = { inputShape, layers, ...byteScaling(normalizationOf(checkpoint) ?? "unit"), tensors };
  const facts: readonly (readonly [string, string])[] = [
    ["Network", titleOf(checkpoint)],
    ...(metadata.accuracy === undefined
      ? []
      : [["Test accuracy", `${(100 * Number(metadata.accuracy)).toFixed(2)}%`] as const]),
    ["Parameters", `${grouped(nonzero)} of ${grouped(dense)} that are not 0`],
    ["Weights", `${grouped(bytes.length)} bytes in this page, ${grouped(4 * dense)} dense`],
    ["This page", `${grouped(pageBytes)} bytes`],
  ];
  const rows = Array.from(
    { length: classes },
    (_, i) => html`<tr><th scope="row">${i}</th><td></td><td><span class="bar"></span></td></tr>\n`,
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${new Html(`${GENERATOR}${packageVersion()}">`)}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy(style, script))}">
<title>Draw a ${noun}: ${titleOf(checkpoint)}</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
<h1>Draw a ${noun}</h1>
<p class="muted" id="help">With mouse, finger or pen; or with the keyboard: arrows move the pen, the space bar sets it
down and lifts it, Delete clears.</p>
<div class="columns">
<div>
<div class="paper"><canvas id="pad" width="300" height="300" tabindex="0" role="application" aria-label="Drawing area" aria-describedby="help"></canvas><div id="pen"></div></div>
<button type="button" id="clear">Clear</button>
</div>
<div class="result">
<output id="prediction" aria-live="polite">Reading the weights.</output>
<table id="probabilities"><caption class="muted">Probability of each class</caption>
<thead class="unseen"><tr><th scope="col">Class</th><th scope="col">Probability</th><th scope="col">Bar</th></tr></thead>
<tbody>
${rows}</tbody></table>
<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}<dt>One prediction</dt><dd id="time">after the first drawing</dd></dl>
<figure><canvas id="seen" width="${side}" height="${side}" aria-hidden="true"></canvas>
<figcaption>What the network gets: ${side} x ${side} pixels</figcaption></figure>
</div>
</div>
<div id="pen-state" class="unseen" role="status"></div>
</main>
<noscript>The page computes in the browser, by JavaScript.</noscript>
${dataElement("network", data)}
<script type="text/plain" id="weights">${new Html(Buffer.from(bytes).toString("base64"))}</script>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** Nothing from elsewhere, and no other script or style than these. */
function policy(style: string, script: string): string {
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`;
}
