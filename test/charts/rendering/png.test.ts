import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { encodePng } from "../../../src/charts/rendering/png.ts";
import { sha256 } from "../../../src/foundations/hash.ts";

/** What a row of a PNG of RGB is of the row above it; https://www.w3.org/TR/png-3/#9Filters */
function unfiltered(rows: Uint8Array, width: number, height: number): number[] {
  const pixels: number[] = [];
  for (let y = 0; y < height; y++) {
    expect(rows[y * (1 + 3 * width)]).toBe(2);
    for (let i = 0; i < 3 * width; i++) {
      const above = y === 0 ? 0 : (pixels[(y - 1) * 3 * width + i] as number);
      pixels.push(((rows[y * (1 + 3 * width) + 1 + i] as number) + above) & 255);
    }
  }
  return pixels;
}

const [width, height] = [7, 5];
/** Values that wrap around from row to row, equal rows, and any alpha. */
const pixels = Uint8Array.from({ length: 4 * width * height }, (_, i) => {
  const row = Math.floor(i / (4 * width));
  return row === 3 ? 255 : (i * (row === 2 ? 251 : 97)) & 255;
});

test("holds the pixels, without alpha", async () => {
  const png = Buffer.from(await encodePng(pixels, width, height));
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([width, height, 8, 2]);
  const data = png.subarray(41, 41 + png.readUInt32BE(33));
  expect(png.subarray(37, 41).toString()).toBe("IDAT");
  expect(unfiltered(inflateSync(data), width, height)).toEqual([...pixels.filter((_, i) => i % 4 !== 3)]);
});

test("is the same bytes on every machine and Node", async () => {
  const gradient = Uint8Array.from({ length: 4 * 300 * 200 }, (_, i) => (i % 5 === 0 ? 0 : i >> 9) & 255);
  expect(sha256(await encodePng(gradient, 300, 200))).toBe(
    "9dbfc6b6edf2c1132a7addc4a033a07b5e10b7ec82bcce3395c214db5b843c50",
  );
});

test("ends with the check of each chunk that readers look at", async () => {
  // A PNG's end is always these twelve bytes, the last four of them the check of "IEND".
  const png = Buffer.from(await encodePng(pixels, width, height));
  expect(png.subarray(-12).toString("hex")).toBe("0000000049454e44ae426082");
});
