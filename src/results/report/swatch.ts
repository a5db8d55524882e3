import type { SeriesStyle } from "../../charts/parts/palette.ts";
import { type Html, html } from "./html.ts";

/** The symbols of the charts, in a box of 12 by 12 whose center is 6,6. */
const SHAPES: Readonly<Record<string, string>> = {
  circle: "M10,6A4,4,0,1,1,2,6A4,4,0,1,1,10,6Z",
  square: "M2.5,2.5h7v7h-7Z",
  "triangle-up": "M6,1.5L10.5,10H1.5Z",
  diamond: "M6,1L10,6L6,11L2,6Z",
  "triangle-down": "M6,10.5L10.5,2H1.5Z",
  cross: "M4.3,1.5h3.4v2.8h2.8v3.4h-2.8v2.8h-3.4v-2.8h-2.8v-3.4h2.8Z",
  "triangle-right": "M10.5,6L2,10.5V1.5Z",
  "triangle-left": "M1.5,6L10,10.5V1.5Z",
};

/** What the swatches of the page show, once: the line and the mark of each series, numbered from `first`. */
export function swatchSymbols(styles: readonly SeriesStyle[], first: number): Html {
  return html`<svg class="unseen" aria-hidden="true" width="0" height="0">${styles.map(
    ({ shape, dash }, i) =>
      html`<symbol id="swatch-${first + i}" viewBox="-9 0 30 12"><path class="line" d="M-9,6H21" stroke-dasharray="${dash.join(" ")}"/><path d="${SHAPES[shape] ?? ""}"/></symbol><symbol id="mark-${first + i}" viewBox="0 0 12 12"><path d="${SHAPES[shape] ?? ""}"/></symbol>`,
  )}</svg>`;
}

/** Line and mark of a series, for the boxes; or its mark alone, for tables. */
export function swatch(series: number, of: "line" | "mark"): Html {
  return html`<svg class="${of === "line" ? "swatch" : "swatch mark"} s${series}" aria-hidden="true"><use href="#${of === "line" ? "swatch" : "mark"}-${series}"/></svg>`;
}
