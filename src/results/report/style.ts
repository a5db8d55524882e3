import { darkVariants } from "../../charts/parts/palette.ts";
import { ink } from "../../charts/parts/theme.ts";

/** What a chart's colors become on a dark page; the heatmap keeps its own. */
const DARK: ReadonlyMap<string, string> = new Map([
  ...darkVariants,
  [ink.text, "#e6e6e6"],
  [ink.muted, "#a8a8a8"],
  [ink.grid, "#3a3d41"],
  [ink.front, "#4a4e54"],
  [ink.frame, "#2a2d31"],
  [ink.pruned, "#6d7178"],
]);

/** Rules that follow from the colors of the charts: a custom property a series of the page, and the charts' dark variant. */
export function colorRules(seriesColors: readonly string[]): string {
  const series = (of: (color: string) => string) =>
    seriesColors.map((color, i) => `.s${i}{--series:${of(color)}}`).join("\n");
  const dark = [...DARK].flatMap(([color, replacement]) =>
    ["fill", "stroke"].map(
      (attribute) => `figure svg [${attribute}="${color}"]{${attribute}:${replacement}}`,
    ),
  );
  return [
    series((color) => color),
    "@media screen and (prefers-color-scheme:dark){",
    series((color) => DARK.get(color) ?? color),
    ...dark,
    'figure svg>rect[fill="#ffffff"]{fill:none}',
    'figure:not(.heat) svg [fill="white"]{fill:var(--page)}',
    'figure.heat svg [stroke="white"]{stroke:var(--page)}',
    "}",
  ].join("\n");
}
