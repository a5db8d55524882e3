import type { Labels } from "../../experiment/options.ts";
import { methods as registered } from "../../pruning/methods.ts";

/**
 * Colors that stay apart for color-blind readers: after Okabe and Ito (2008), the light ones darkened so that
 * text in them is legible on white, yellow and black replaced.
 */
const colors = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#c4609a",
  "#cc8a00",
  "#41a0dc",
  "#8c564b",
  "#7a5cc6",
] as const;

/** The same, lighter, for dark backgrounds. */
const colorsOnDark = [
  "#56aee8",
  "#f28a3c",
  "#3dc79c",
  "#e58bc0",
  "#e3b04b",
  "#8fccf2",
  "#c99a8d",
  "#a992e8",
] as const;

/** Each color, and what stands for it on a dark background. */
export const darkVariants: ReadonlyMap<string, string> = new Map(
  colors.map((color, i) => [color, colorsOnDark[i] ?? color]),
);

/**
 * A color for each method. A registered method has the same one in every chart of every study; a method of the
 * config's own takes the first that is free. A method that is shown by its label has the color of its name. Beyond
 * eight methods colors repeat.
 */
export function methodColors(methods: readonly string[], labels?: Labels): Map<string, string> {
  const names = new Map(Object.entries(labels?.methods ?? {}).map(([name, label]) => [label, name]));
  const preferred = (method: string) => registered.names().indexOf(names.get(method) ?? method);
  const assigned = new Map<string, string>();
  const taken = new Set<string>();
  // Registered methods choose first, so that a method of the config's own never changes their color.
  const inTurn = [
    ...methods.filter((name) => preferred(name) >= 0),
    ...methods.filter((name) => preferred(name) < 0),
  ];
  inTurn.forEach((method, turn) => {
    const own = preferred(method) < 0 ? undefined : colors[preferred(method) % colors.length];
    const free = colors.find((color) => !taken.has(color)) ?? colors[turn % colors.length] ?? colors[0];
    const color = own === undefined || taken.has(own) ? free : own;
    assigned.set(method, color);
    taken.add(color);
  });
  return new Map(methods.map((method) => [method, assigned.get(method) ?? colors[0]]));
}

/** Vega-Lite's `scale` of a color channel over methods. */
export function methodColorScale(
  methods: readonly string[],
  labels?: Labels,
): { domain: string[]; range: string[] } {
  const assigned = methodColors(methods, labels);
  return { domain: [...assigned.keys()], range: [...assigned.values()] };
}
