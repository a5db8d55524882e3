import type { Labels } from "../../experiment/options.ts";
import { controls } from "../../pruning/controls/registry.ts";
import { methods as registered } from "../../pruning/methods.ts";

/** How a series is told from the others: by its color, and without it by its marks and its line. */
export interface SeriesStyle {
  readonly color: string;
  /** A symbol of Vega's. */
  readonly shape: string;
  /** Lengths of dashes and gaps in pixels. */
  readonly dash: readonly number[];
}

/**
 * After Okabe and Ito (2008), the light ones darkened so that text in them is legible on white, yellow and black replaced;
 * the last ones found by a search. Each on a light background, and on a dark one. All 16 stay apart for color-blind
 * readers too: test/charts/parts/palette.test.ts sees them with their eyes.
 */
const colors = [
  ["#0072b2", "#56aee8"],
  ["#d55e00", "#f28a3c"],
  ["#009e73", "#3dc79c"],
  ["#c4609a", "#e58bc0"],
  ["#cc8a00", "#e3b04b"],
  ["#41a0dc", "#8fccf2"],
  ["#8c564b", "#c99a8d"],
  ["#7a5cc6", "#fde1ff"],
  ["#1f2f8f", "#497ef9"],
  ["#a3123f", "#f85d4f"],
  ["#2f6b12", "#67a55a"],
  ["#3b450e", "#ffe957"],
  ["#17ae53", "#aef2a6"],
  ["#3b1f1a", "#f3dccd"],
  ["#5c2563", "#d450a7"],
  ["#0085ff", "#3585da"],
] as const;

/** Shapes stay apart where colors do not; solid lines first, then others, so that no two of 32 series share both. */
const shapes = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
  "triangle-down",
  "cross",
  "triangle-right",
  "triangle-left",
] as const;
const dashes = [
  [1, 0],
  [9, 3],
  [9, 3, 2, 3],
  [14, 3, 2, 3, 2, 3],
] as const;

/** Controls of methods: after the dashes of methods, so that each has lines of its own kind. */
const controlDash = [2, 3] as const;
/** Networks beside all methods, which are no variant of one. */
const neutral = ["#767676", "#a3a3a3"] as const;

/** A color as that of a control of what has the color: most of it grey. */
function muted(color: string, grey: string): string {
  const channels = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  const greys = channels(grey);
  const mixed = channels(color).map((value, i) => Math.round(0.45 * value + 0.55 * (greys[i] as number)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** Series that no other equals in shape and line; beyond so many they repeat. */
export const DISTINCT_SERIES = shapes.length * dashes.length;

/** Each color, and what stands for it on a dark background. */
export const darkVariants: ReadonlyMap<string, string> = new Map<string, string>([
  ...colors,
  ...colors.map(([light, dark]) => [muted(light, neutral[0]), muted(dark, neutral[1])] as const),
  neutral,
]);

/**
 * A style for each method, no color twice among 16. Each of the first 16 registered methods has the same one in every
 * chart of every study. The others, and methods of the config's own, take the first whose color is free. A method that is
 * shown by its label has the style of its name. A control of a method has its color, greyed, and a dotted line.
 */
export function methodStyles(methods: readonly string[], labels?: Labels): Map<string, SeriesStyle> {
  const names = new Map(Object.entries(labels?.methods ?? {}).map(([name, label]) => [label, name]));
  const nameOf = (method: string) => names.get(method) ?? method;
  const registeredAs = (method: string) => registered.names().indexOf(nameOf(method));
  const controlled = new Map(
    methods.flatMap((method) => {
      const found = controlIn(nameOf(method), methods.map(nameOf));
      return found === undefined ? [] : [[method, found] as const];
    }),
  );
  const places = new Map<string, number>();
  for (const method of methods) {
    const place = registeredAs(method);
    if (place >= 0 && place < colors.length) places.set(method, place);
  }
  const taken = new Set(places.values());
  // Registered methods choose first, so that a method of the config's own never changes their style.
  const others = methods.filter((method) => !places.has(method) && !controlled.has(method));
  const later = others.filter((method) => registeredAs(method) >= 0);
  later.sort((a, b) => registeredAs(a) - registeredAs(b));
  let free = 0;
  for (const method of new Set([...later, ...others])) {
    while (taken.has(free)) free++;
    places.set(method, free);
    taken.add(free);
  }
  return new Map(
    methods.map((method) => {
      const control = controlled.get(method);
      if (control === undefined) return [method, styleAt(places.get(method) ?? 0)];
      const of = methods.find((other) => nameOf(other) === control.of);
      return [method, controlStyle(control.index, of === undefined ? undefined : places.get(of))];
    }),
  );
}

/** Of the name of a control: which it is, and of which of the methods; undefined for another name. */
function controlIn(name: string, methods: readonly string[]) {
  for (const [index, control] of controls.names().entries()) {
    if (name === control) return { index, of: undefined };
    const of = name.endsWith(`-${control}`) ? name.slice(0, -control.length - 1) : undefined;
    if (of !== undefined && methods.includes(of)) return { index, of };
  }
  return undefined;
}

/** The style of a control of the method at a place; without one, of a network beside all methods. */
function controlStyle(index: number, place: number | undefined): SeriesStyle {
  const color = place === undefined ? neutral[0] : muted(styleAt(place).color, neutral[0]);
  return { color, shape: shapes[index % shapes.length] ?? shapes[0], dash: controlDash };
}

function styleAt(place: number): SeriesStyle {
  const [color] = colors[place % colors.length] ?? colors[0];
  const dash = dashes[Math.floor(place / shapes.length) % dashes.length] ?? dashes[0];
  return { color, shape: shapes[place % shapes.length] ?? shapes[0], dash };
}

/** The methods of a study, in the order of its rows: a chart that draws some of them colors them as all others do. */
export function methodsIn(results: readonly { readonly method: string }[]): string[] {
  return [...new Set(results.map(({ method }) => method))];
}

/** Styles for so many series that are no methods, in the order of the first methods. */
export function seriesStyles(count: number): SeriesStyle[] {
  return Array.from({ length: count }, (_, i) => styleAt(i));
}

/** Styles for so many layers of a network, in colors that methods have last. */
export function layerStyles(count: number): SeriesStyle[] {
  return Array.from({ length: count }, (_, i) => ({
    ...styleAt(colors.length / 2 + i),
    dash: dashes[i % dashes.length] ?? dashes[0],
  }));
}

export function methodColors(methods: readonly string[], labels?: Labels): Map<string, string> {
  return new Map([...methodStyles(methods, labels)].map(([method, { color }]) => [method, color]));
}

/** Vega-Lite's `scale` of a color channel over methods. */
export function methodColorScale(
  methods: readonly string[],
  labels?: Labels,
): { domain: string[]; range: string[] } {
  return scaleOf(methods, labels, ({ color }) => color);
}

/** The same of a shape channel. */
export function methodShapeScale(
  methods: readonly string[],
  labels?: Labels,
): { domain: string[]; range: string[] } {
  return scaleOf(methods, labels, ({ shape }) => shape);
}

/** The channels of color and shape over methods, which share a legend. */
export function methodChannels<Legend>(
  methods: readonly string[],
  { labels, legend }: { readonly labels?: Labels | undefined; readonly legend: Legend },
) {
  const channel = <Scale>(scale: Scale) => ({ field: "method", type: "nominal", scale, legend }) as const;
  return {
    color: channel(methodColorScale(methods, labels)),
    shape: channel(methodShapeScale(methods, labels)),
  };
}

/**
 * The channel of dashes, over a field `line` of its own, which `of` gives for a method: of one field Vega-Lite would make
 * one legend, and dash the borders of its symbols.
 */
export function lineDashes(methods: readonly string[], labels?: Labels) {
  const styles = methodStyles(methods, labels);
  const nameOf = (dash: readonly number[]) => (dash === dashes[0] ? "solid" : `dashed ${dash.join(" ")}`);
  const used = [...dashes, controlDash].filter((dash) =>
    [...styles.values()].some((style) => style.dash === dash),
  );
  return {
    of: (method: string) => nameOf(styles.get(method)?.dash ?? dashes[0]),
    channel: {
      field: "line",
      type: "nominal" as const,
      scale: { domain: used.map(nameOf), range: used.map((dash) => [...dash]) },
      legend: null,
    },
  };
}

function scaleOf<Value>(
  methods: readonly string[],
  labels: Labels | undefined,
  of: (style: SeriesStyle) => Value,
) {
  const styles = methodStyles(methods, labels);
  return { domain: [...styles.keys()], range: [...styles.values()].map(of) };
}
