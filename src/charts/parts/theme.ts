import type { TopLevelSpec } from "vega-lite";
import { greatestOf } from "../../foundations/extremes.ts";
import { fontFamily } from "../rendering/font.ts";
import type { Frame } from "./frame.ts";

/** Text, rules and everything else that belongs to no method. */
export const ink = {
  text: "#222222",
  muted: "#5f5f5f",
  grid: "#e4e4e4",
  front: "#d9d9d9",
  frame: "#f0f0f0",
  pruned: "#b8b8b8",
} as const;

/** From worst to best; text is dark on the first half and white on the second. */
export const heat = ["#f1f4f9", "#c3d3e8", "#7fa3cd", "#3f72ab", "#1d4577"] as const;

/** Away from 0 on either side, and what lies between: apart for color-blind readers. */
export const diverging = {
  negative: ["#fbe3cf", "#f6c79c", "#eda566", "#e08034", "#c45c0d", "#9a4204", "#6e2e02"],
  middle: "#f5f5f5",
  positive: ["#dbe7f3", "#b5cfe7", "#84b0d7", "#4f8bc0", "#2b68a3", "#174c82", "#0b335e"],
} as const;

/** Vega-Lite configuration of all charts. One weight of the font is shipped, so nothing is bold. */
export const config = {
  font: `${fontFamily}, sans-serif`,
  background: "#ffffff",
  padding: 16,
  view: { stroke: null },
  title: {
    anchor: "start",
    frame: "group",
    fontSize: 17,
    fontWeight: "normal",
    color: ink.text,
    subtitleFontSize: 12.5,
    subtitleColor: ink.muted,
    subtitlePadding: 6,
    subtitleLineHeight: 17,
    offset: 14,
  },
  axis: {
    labelFontSize: 12,
    labelColor: ink.text,
    titleFontSize: 13,
    titleFontWeight: "normal",
    titleColor: ink.text,
    titlePadding: 10,
    gridColor: ink.grid,
    domainColor: ink.muted,
    tickColor: ink.muted,
    tickSize: 4,
  },
  axisY: { domain: false, ticks: false, labelPadding: 6 },
  header: {
    labelFontSize: 13,
    labelColor: ink.text,
    labelPadding: 6,
    titleFontSize: 13,
    titleFontWeight: "normal",
  },
  legend: {
    labelFontSize: 12,
    labelColor: ink.text,
    labelLimit: 0,
    titleFontSize: 12,
    titleFontWeight: "normal",
    symbolStrokeWidth: 2,
    symbolSize: 900,
  },
} as const satisfies TopLevelSpec["config"];

export const schema = "https://vega.github.io/schema/vega-lite/v6.json";

/** Width of a plot that stands alone on the screen, in pixels. */
const PLOT_WIDTH = 620;

/** Columns of small multiples: one row up to four panels, then about a square. */
export function facetColumns(panels: number, frame: Frame): number {
  return Math.min(panels <= 4 ? panels : Math.ceil(Math.sqrt(panels)), frame.columns);
}

/** Room for one entry of a legend, in pixels: its symbol with what is around it, and each of its characters. */
const LEGEND_SYMBOL = 34;
const LEGEND_CHARACTER = 6.6;

/** The legend of the methods above a plot or small multiples, in as many columns as their names allow. */
export function methodLegend(methods: readonly string[], frame: Frame) {
  const entry = LEGEND_SYMBOL + LEGEND_CHARACTER * greatestOf(methods.map(({ length }) => length));
  const room = Math.min(frame.width, PLOT_WIDTH);
  return {
    title: null,
    orient: "top" as const,
    direction: "horizontal" as const,
    columns: Math.max(1, Math.min(methods.length, 4, Math.floor(room / entry))),
    symbolSize: 60,
    values: [...methods],
    // Vega names thirty unless it is told.
    ...(methods.length > 30 ? { symbolLimit: methods.length } : {}),
  };
}
