import { describe, expect, it } from "vitest";
import {
  DISTINCT_SERIES,
  darkVariants,
  methodColors,
  methodStyles,
} from "../../../src/charts/parts/palette.ts";
import { methods } from "../../../src/pruning/methods.ts";

const registered = [...methods.names()];
const own = (count: number) => Array.from({ length: count }, (_, i) => `own-${i}`);
const stylesOf = (count: number) => [...methodStyles(own(count)).values()];

/** CIE 1976 L*a*b* of an sRGB color, for daylight (D65). */
function lab(color: string): [number, number, number] {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const f = (t: number) => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const apart = (a: string, b: string) => {
  const [one, other] = [lab(a), lab(b)];
  return Math.hypot(...one.map((value, i) => value - (other[i] ?? 0)));
};

/** Relative luminance, and the contrast of two (WCAG 2). */
const luminance = (color: string) => ((lab(color)[0] + 16) / 116) ** 3;
const contrast = (a: string, b: string) => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

describe("methodStyles", () => {
  it("gives a registered method the same style whatever stands beside it", () => {
    const together = methodStyles(["my-own", ...registered]);
    for (const method of registered) {
      expect(methodStyles([method]).get(method)).toEqual(together.get(method));
      expect(methodStyles(["my-own", method]).get(method)).toEqual(together.get(method));
    }
  });

  it("gives methods their styles in the order asked for", () => {
    const eight = [...own(8 - registered.length), ...registered];
    const colors = methodColors(eight);
    expect([...colors.keys()]).toEqual(eight);
    expect(new Set(colors.values()).size).toBe(8);
  });

  it("tells 16 series apart by color, on light and on dark, and each from the background", () => {
    const light = stylesOf(16).map(({ color }) => color);
    const dark = light.map((color) => darkVariants.get(color) ?? "");
    for (const [colors, page, least] of [
      [light, "#ffffff", 2.7],
      [dark, "#15171a", 4.5],
    ] as const) {
      colors.forEach((color, i) => {
        expect(contrast(color, page), color).toBeGreaterThan(least);
        for (const other of colors.slice(0, i))
          expect(apart(color, other), `${color} ${other}`).toBeGreaterThan(12);
      });
    }
  });

  it("tells them apart without color: no two share the shape of their marks and the dashes of their line", () => {
    const looks = stylesOf(DISTINCT_SERIES).map(({ shape, dash }) => `${shape} ${dash}`);
    expect(DISTINCT_SERIES).toBeGreaterThanOrEqual(16);
    expect(new Set(looks).size).toBe(DISTINCT_SERIES);
  });

  it("still has a style for every method beyond", () => {
    for (const { color } of stylesOf(100)) expect(color).toMatch(/^#[0-9a-f]{6}$/);
  });
});
