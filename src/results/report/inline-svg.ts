import { escapeHtml, Html } from "./html.ts";

export interface InlineOptions {
  /** Of the chart; ids within the page start with it. */
  readonly name: string;
  /** What a screen reader says of the picture. */
  readonly description: string;
  /** The methods, whose marks the page shows and hides. */
  readonly methods: readonly string[];
}

/**
 * A picture that Vega drew, made part of a page: one image to screen readers, its ids unlike those of other
 * pictures. A mark of a method gets `data-series` (the method's index) and a mark that has something to say
 * `data-tip`, in place of its aria attributes.
 */
export function inlineSvg(svg: string, { name, description, methods }: InlineOptions): Html {
  const [opening = ""] = /^<svg[^>]*>/.exec(svg) ?? [];
  const [, width = "0", height = "0"] = /width="([\d.]+)" height="([\d.]+)"/.exec(opening) ?? [];
  const label = escapeHtml(description);
  const root = `<svg role="img" aria-label="${label}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`;
  const body = svg
    .slice(opening.length)
    .replace(UNSEEN, "")
    .replace(/<[a-z][^>]*>/g, (tag) => withoutAria(tag, methods))
    .replace(/\bid="([^"]+)"/g, `id="${name}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${name}-$1)`);
  return new Html(root + body);
}

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

function withoutAria(tag: string, methods: readonly string[]): string {
  const label = /\saria-label="([^"]*)"/.exec(tag)?.[1];
  const mark = /\saria-roledescription="([^"]*)"/.exec(tag)?.[1]?.replace(/ mark$/, "") ?? "";
  const bare = rounded(tag.replace(/\s(?:role|aria-[a-z]+)="[^"]*"/g, ""));
  // Axes and legends have labels too, but not from the data.
  if (label === undefined || /^<g\b/.test(tag)) return bare;
  const series = seriesOf(label, methods);
  const attributes =
    (series === undefined ? "" : ` data-series="${series}"`) +
    (SINGLE_VALUES.has(mark) ? ` data-tip="${label}"` : "");
  return bare.replace(/^<[a-z]+/, (start) => start + attributes);
}

/** The method whose mark has this label (`method: text`, escaped); of several names the longest that fits. */
function seriesOf(label: string, methods: readonly string[]): number | undefined {
  let found: number | undefined;
  methods.forEach((method, index) => {
    const longer = found === undefined || method.length > (methods[found]?.length ?? 0);
    if (longer && label.startsWith(`${escapeLikeVega(method)}:`)) found = index;
  });
  return found;
}

/** As attributes are written in Vega's SVG. */
function escapeLikeVega(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\t", "&#x9;")
    .replaceAll("\n", "&#xA;")
    .replaceAll("\r", "&#xD;");
}
