import { captionOf } from "../../charts/chart.ts";
import type { RenderedChart } from "../../charts/rendering/render.ts";
import type { Metric } from "../../metrics/metric.ts";
import { dataElement, type Html, html } from "./html.ts";
import { inlineSvg } from "./inline-svg.ts";

/** A picture of the page, and how it is read. */
export interface Figure {
  /** Of its files, when a reader saves it; ids within the page are made of it. */
  readonly name: string;
  readonly caption: string;
  readonly spec: RenderedChart["spec"];
  readonly svg: string;
  /** `heat`: its colors stand for values. */
  readonly colors?: "heat" | undefined;
}

export interface FigureContext {
  /** Of the ids of this part of the page. */
  readonly prefix: string;
  readonly methods: readonly string[];
  /** The number of the first of these methods on the page. */
  readonly firstSeries: number;
  readonly metric: Metric;
}

export function chartFigure({ chart, spec, svg }: RenderedChart, metric: Metric): Figure {
  return { name: chart.name, caption: captionOf(chart, metric), spec, svg, colors: chart.colors };
}

/** The picture with its caption, its specification, and the buttons that the page's script brings to life. */
export function figureHtml(
  { name, caption, spec, svg, colors }: Figure,
  { prefix, methods, firstSeries, metric }: FigureContext,
): Html {
  const { text, description } = titleOf(spec);
  const id = `${prefix}${name}`;
  return html`<figure${colors === undefined ? "" : html` class="${colors}"`} data-name="${id}" data-better="${metric.better === "higher" ? "up" : "down"}">
<h3 class="unseen">${text}</h3>
${tools(text)}
<div class="chart" tabindex="0" role="group" aria-label="${text}" aria-describedby="chart-keys">${inlineSvg(svg, { name: id, description, methods, firstSeries })}</div>
<figcaption>${caption}</figcaption>
${dataElement(`${id}-spec`, spec)}
</figure>
`;
}

function tools(title: string): Html {
  const button = (action: string, label: string, what: string) =>
    html`<button type="button" data-do="${action}" aria-label="${what}" title="${what}">${label}</button>`;
  return html`<div class="tools" role="group" aria-label="Zoom and save: ${title}">
${button("in", "+", "Zoom in")}${button("out", "−", "Zoom out")}${button("reset", "Reset", "Reset the zoom")}
<span class="spaced"></span>${button("copy", "Copy", "Copy as a picture")}${button("svg", "SVG", "Save as SVG")}${button("png", "PNG", "Save as PNG")}${button("csv", "CSV", "Save its data as CSV")}${button("spec", "Vega-Lite", "Save its Vega-Lite specification")}
</div>`;
}

/** The title of a chart of ours, and with its subtitle the description of the picture. */
function titleOf({ title }: Figure["spec"]): { text: string; description: string } {
  const { text, subtitle = [] } = (typeof title === "object" && "text" in title ? title : {}) as {
    readonly text?: string;
    readonly subtitle?: string | readonly string[];
  };
  const lines = [text ?? "", ...[subtitle].flat()];
  return { text: text ?? "", description: `${lines.join(". ")}. The table of results has the figures.` };
}
