import { printable } from "../../charts/rendering/drawable-text.ts";
import { escapeHtml, Html } from "./html.ts";

export interface InlineOptions {
  /** Of the chart; ids within the page start with it. */
  readonly name: string;
  /** What a screen reader says of the picture. */
  readonly description: string;
  /** The methods, whose marks the page shows and hides. */
  readonly methods: readonly string[];
  /** The number of the first of them on the page. */
  readonly firstSeries?: number;
}

/**
 * A picture that Vega drew, made part of a page: one image to screen readers, its ids unlike those of other
 * pictures. What belongs to a method (its marks, its name, its symbol in a legend) gets `data-series` (the method's number
 * on the page), and a mark that has something to say `data-tip`, in place of its aria attributes. The Pareto front gets
 * `data-front`: it belongs to all methods that are shown.
 */
export function inlineSvg(svg: string, { name, description, methods, firstSeries = 0 }: InlineOptions): Html {
  // Names stand in the picture as it can be drawn.
  const names = methods.map(printable);
  const numbers = new Map(names.map((method, i) => [textLikeVega(method), firstSeries + i]));
  const [opening = ""] = /^<svg[^>]*>/.exec(svg) ?? [];
  const [, width = "0", height = "0"] = /width="([\d.]+)" height="([\d.]+)"/.exec(opening) ?? [];
  const label = escapeHtml(description);
  const root = `<svg role="img" aria-label="${label}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`;
  const body = svg
    .slice(opening.length)
    .replace(UNSEEN, "")
    .replace(LEGEND_ENTRY, (entry, symbol, between, text) => {
      const series = numbers.get(text);
      return series === undefined ? entry : `${symbol} data-series="${series}"${between}${text}</text>`;
    })
    .replace(/<[a-z][^>]*>/g, (tag) => withoutAria(tag, { names, firstSeries }))
    .replace(/<text((?:(?! data-series=)[^>])*)>([^<]*)<\/text>/g, (whole, attributes, text) => {
      const series = numbers.get(text);
      return series === undefined ? whole : `<text data-series="${series}"${attributes}>${text}</text>`;
    })
    .replace(/\bid="([^"]+)"/g, `id="${name}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${name}-$1)`);
  return new Html(root + body);
}

/** A symbol of a legend, as far as its attributes, what follows up to its name, and the name. */
const LEGEND_ENTRY =
  /(<g class="mark-symbol role-legend-symbol"[^>]*><path)([^>]*\/><\/g><g class="mark-text role-legend-label"[^>]*><text[^>]*>)([^<]*)<\/text>/g;

/** What the chart of costs says of its front. */
const FRONT = "Pareto front";

/** The empty backgrounds and foregrounds that Vega draws behind and before every group. */
const UNSEEN = /<path class="(?:background|foreground)"[^>]* d="(?:M0,0h0v0h0Z)?"[^>]*\/>/g;

/** Places are rounded to hundredths of a pixel: a third of the page would be digits. */
function rounded(tag: string): string {
  return tag.replace(/\s(?:d|transform|x|y|x2|y2)="[^"]*"/g, (attribute) =>
    attribute.replace(/\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2)))),
  );
}

/** Marks that are one value each; a line or an area has only the label of its first. */
const SINGLE_VALUES = new Set(["point", "rect", "rule", "circle"]);

interface Names {
  readonly names: readonly string[];
  readonly firstSeries: number;
}

function withoutAria(tag: string, { names, firstSeries }: Names): string {
  const label = /\saria-label="([^"]*)"/.exec(tag)?.[1];
  const mark = /\saria-roledescription="([^"]*)"/.exec(tag)?.[1]?.replace(/ mark$/, "") ?? "";
  const bare = rounded(tag.replace(/\s(?:role|aria-[a-z]+)="[^"]*"/g, ""));
  // Axes and legends have labels too, but not from the data.
  if (label === undefined || /^<g\b/.test(tag)) return bare;
  const found = seriesOf(label, names);
  const saysMore = found === undefined || label.length > attributeLikeVega(names[found] ?? "").length + 2;
  const attributes =
    (found === undefined ? "" : ` data-series="${firstSeries + found}"`) +
    (SINGLE_VALUES.has(mark) && saysMore ? ` data-tip="${label}"` : "") +
    (label === FRONT ? " data-front" : "");
  return bare.replace(/^<[a-z]+/, (start) => start + attributes);
}

/** The method whose mark has this label (`method: text`, escaped); of several names the longest that fits. */
function seriesOf(label: string, names: readonly string[]): number | undefined {
  let found: number | undefined;
  names.forEach((name, index) => {
    const longer = found === undefined || name.length > (names[found]?.length ?? 0);
    if (longer && label.startsWith(`${attributeLikeVega(name)}:`)) found = index;
  });
  return found;
}

/** As text is written in Vega's SVG, and as attributes are. */
function textLikeVega(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function attributeLikeVega(text: string): string {
  return textLikeVega(text)
    .replaceAll('"', "&quot;")
    .replaceAll("\t", "&#x9;")
    .replaceAll("\n", "&#xA;")
    .replaceAll("\r", "&#xD;");
}
