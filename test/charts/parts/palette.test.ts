import { describe, expect, it } from "vitest";
import { methodColors } from "../../../src/charts/parts/palette.ts";
import { methods } from "../../../src/pruning/methods.ts";

const registered = [...methods.names()];

describe("methodColors", () => {
  it("gives a registered method the same color whatever stands beside it", () => {
    const together = methodColors(["my-own", ...registered]);
    for (const method of registered) {
      expect(methodColors([method]).get(method)).toBe(together.get(method));
      expect(methodColors(["my-own", method]).get(method)).toBe(together.get(method));
    }
  });

  it("gives eight methods eight colors, in the order asked for", () => {
    const eight = [...Array.from({ length: 8 - registered.length }, (_, i) => `own-${i}`), ...registered];
    const colors = methodColors(eight);
    expect([...colors.keys()]).toEqual(eight);
    expect(new Set(colors.values()).size).toBe(8);
  });

  it("still colors every method beyond eight", () => {
    const many = Array.from({ length: 20 }, (_, i) => `own-${i}`);
    for (const color of methodColors(many).values()) expect(color).toMatch(/^#[0-9a-f]{6}$/);
  });
});
