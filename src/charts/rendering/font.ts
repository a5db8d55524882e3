import { readFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "../../foundations/paths.ts";

/** The font of all charts, shipped with the package, so that a picture is the same on every machine. */
export const fontFamily = "Open Sans";

export function readFont(): Promise<Uint8Array> {
  return readFile(path.join(packageRoot, "assets", "fonts", "OpenSans-Regular.ttf"));
}

/**
 * Reads the advance widths out of a TrueType font and returns a function that gives the width of a text in
 * pixels at a font size in pixels (no kerning). Tables and fields as in the OpenType specification: head, hhea,
 * hmtx, and the format 4 subtable of cmap. Throws a RangeError when the font has none.
 */
export function textWidthOf(font: Uint8Array): (text: string, fontSize: number) => number {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const tables = new Map<string, number>();
  for (let i = 0; i < view.getUint16(4); i++) {
    const record = 12 + 16 * i;
    const tag = String.fromCharCode(...font.subarray(record, record + 4));
    tables.set(tag, view.getUint32(record + 8));
  }
  const table = (tag: string) => {
    const offset = tables.get(tag);
    if (offset === undefined) throw new RangeError(`the font has no table '${tag}'`);
    return offset;
  };
  const unitsPerEm = view.getUint16(table("head") + 18);
  const metricCount = view.getUint16(table("hhea") + 34);
  const glyphOf = readCharacterMap(view, table("cmap"));
  const advance = (character: string) => {
    const glyph = glyphOf(character.codePointAt(0) ?? 0);
    // Glyphs past the last metric all have its width.
    return view.getUint16(table("hmtx") + 4 * Math.min(glyph, metricCount - 1));
  };
  return (text, fontSize) =>
    ([...text].reduce((sum, character) => sum + advance(character), 0) * fontSize) / unitsPerEm;
}

/** The glyph of each character by the cmap's format 4 subtable; 0 for a character that the font lacks. */
function readCharacterMap(view: DataView, cmap: number): (codePoint: number) => number {
  const subtables = Array.from(
    { length: view.getUint16(cmap + 2) },
    (_, i) => cmap + view.getUint32(cmap + 8 + 8 * i),
  );
  const start = subtables.find((offset) => view.getUint16(offset) === 4);
  if (start === undefined) throw new RangeError("the font has no character map of format 4");
  const segments = view.getUint16(start + 6) / 2;
  const endCodes = start + 14;
  const startCodes = endCodes + 2 * segments + 2;
  const deltas = startCodes + 2 * segments;
  const rangeOffsets = deltas + 2 * segments;

  return (codePoint) => {
    for (let i = 0; i < segments; i++) {
      if (view.getUint16(endCodes + 2 * i) < codePoint) continue;
      const first = view.getUint16(startCodes + 2 * i);
      if (first > codePoint) return 0;
      const delta = view.getUint16(deltas + 2 * i);
      const rangeOffset = view.getUint16(rangeOffsets + 2 * i);
      if (rangeOffset === 0) return (codePoint + delta) & 0xffff;
      const glyph = view.getUint16(rangeOffsets + 2 * i + rangeOffset + 2 * (codePoint - first));
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}
