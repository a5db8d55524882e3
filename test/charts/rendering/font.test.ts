import { describe, expect, it } from "vitest";
import { readFont, textWidthOf } from "../../../src/charts/rendering/font.ts";

describe("textWidthOf", async () => {
  const width = textWidthOf(await readFont());

  it("reads the advance widths of Open Sans", () => {
    // By fontTools, of 2048 units an em: A 1296, space 532, 1 1171; and Eacute as wide as E, 1139.
    expect(width("A", 2048)).toBe(1296);
    expect(width(" ", 2048)).toBe(532);
    expect(width("1", 2048)).toBe(1171);
    expect(width("É", 2048)).toBe(width("E", 2048));
  });

  it("adds up over a text and grows with the font size", () => {
    expect(width("A 1", 20)).toBeCloseTo(((1296 + 532 + 1171) * 20) / 2048, 9);
    expect(width("", 20)).toBe(0);
  });

  it("has the signs that the charts use", () => {
    const missing = width("\u{e000}", 12);
    for (const sign of "±×%;,.") expect(width(sign, 12)).not.toBe(missing);
  });

  it("measures a character that the font lacks as its placeholder", () => {
    expect(width("\u{1f600}", 12)).toBe(width("\u{e000}", 12));
  });
});
