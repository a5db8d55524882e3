import fc from "fast-check";
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

type Matrix = readonly (readonly [number, number, number])[];

/** What eyes without the cones for green, or for red, make of linear RGB (Machado et al. 2009, severity 1). */
const eyes = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
} as const satisfies Record<string, Matrix>;

/** CIE 1976 L*a*b* of an sRGB color as these eyes see it, for daylight (D65). */
function lab(color: string, seen: Matrix = eyes.usual): [number, number, number] {
  const linear = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const [r = 0, g = 0, b = 0] = seen.map((row) => {
    const value = row.reduce((sum, weight, i) => sum + weight * (linear[i] ?? 0), 0);
    return Math.min(1, Math.max(0, value));
  });
  const f = (t: number) => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const apart = (a: string, b: string, seen?: Matrix) => {
  const [one, other] = [lab(a, seen), lab(b, seen)];
  return Math.hypot(...one.map((value, i) => value - (other[i] ?? 0)));
};

/** Relative luminance, and the contrast of two (WCAG 2). */
const luminance = (color: string) => ((lab(color)[0] + 16) / 116) ** 3;
const contrast = (a: string, b: string) => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

describe("methodStyles", () => {
  it("gives each of the first 16 registered methods the same style whatever stands beside it", () => {
    const first = registered.slice(0, 16);
    const together = methodStyles(["my-own", ...registered]);
    for (const method of first) {
      expect(methodStyles([method]).get(method)).toEqual(together.get(method));
      expect(methodStyles(["my-own", method]).get(method)).toEqual(together.get(method));
    }
  });

  it("gives no color twice, whichever 16 methods are compared", () => {
    const some = fc.shuffledSubarray([...registered, ...own(8)], { minLength: 2, maxLength: 16 });
    fc.assert(
      fc.property(some, (compared) => {
        expect(new Set(methodColors(compared).values()).size).toBe(compared.length);
      }),
    );
  });

  it("lets a method of the config's own change no registered one's", () => {
    const some = fc.shuffledSubarray([...registered], { minLength: 1, maxLength: 16 });
    fc.assert(
      fc.property(some, (compared) => {
        const styles = methodStyles(compared);
        const beside = methodStyles([...own(3), ...compared]);
        for (const method of compared) expect(beside.get(method)).toEqual(styles.get(method));
      }),
    );
  });

  it("gives methods their styles in the order asked for", () => {
    const asked = [...own(3), ...registered].reverse();
    expect([...methodColors(asked).keys()]).toEqual(asked);
  });

  it("gives a control of a method its color, greyed, its own mark and a dotted line", () => {
    const names = ["my-own", "snip", "snip-random", "snip-shuffled", "my-own-shuffled", "narrower-macs"];
    const styles = methodStyles(names);
    const of = (name: string) => {
      const style = styles.get(name);
      if (style === undefined) throw new Error(`no style of ${name}`);
      return style;
    };
    const grey = "#767676";
    for (const [method, control] of [
      ["snip", "snip-random"],
      ["my-own", "my-own-shuffled"],
    ] as const) {
      const [whole, muted] = [of(method).color, of(control).color];
      expect(apart(muted, grey)).toBeLessThan(apart(whole, grey));
      expect(apart(muted, whole)).toBeGreaterThan(10);
      expect(of(control).dash).toEqual([2, 3]);
    }
    expect(of("snip-random").color).toBe(of("snip-shuffled").color);
    expect(of("snip-random").shape).not.toBe(of("snip-shuffled").shape);
    expect(of("narrower-macs").color).toBe(grey);
    for (const name of names) expect(darkVariants.has(of(name).color)).toBe(true);
    // Methods look as they do without controls.
    expect(methodStyles(["my-own", "snip"])).toEqual(new Map([...styles].slice(0, 2)));
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
          expect(apart(color, other), `${color} ${other}`).toBeGreaterThan(15);
      });
    }
  });

  it("tells them apart for color-blind readers, on light and on dark", () => {
    const light = stylesOf(16).map(({ color }) => color);
    const dark = light.map((color) => darkVariants.get(color) ?? "");
    for (const [name, seen] of Object.entries(eyes)) {
      for (const colors of [light, dark]) {
        colors.forEach((color, i) => {
          for (const other of colors.slice(0, i))
            expect(apart(color, other, seen), `${color} ${other}, ${name}`).toBeGreaterThan(5);
        });
      }
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
