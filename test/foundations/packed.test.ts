import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  packBits,
  packBytes,
  packCounts,
  packFloats,
  unpackBits,
  unpackBytes,
  unpackCounts,
  unpackFloats,
} from "../../src/foundations/packed.ts";

describe("packed numbers", () => {
  it("are the same on every machine: little-endian, bits from the lowest", () => {
    expect(packCounts([1, 258])).toBe(Buffer.from([1, 0, 0, 0, 2, 1, 0, 0]).toString("base64"));
    expect(packFloats([1])).toBe(Buffer.from([0, 0, 0x80, 0x3f]).toString("base64"));
    expect(packBytes(Int8Array.of(-1, 127))).toBe(Buffer.from([255, 127]).toString("base64"));
    expect(packBits([true, false, true, false, false, false, false, false, true])).toBe(
      Buffer.from([5, 1]).toString("base64"),
    );
  });

  it("come back as they were", () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true })),
        fc.array(fc.nat({ max: 2 ** 32 - 1 })),
        fc.array(fc.integer({ min: -128, max: 127 })),
        fc.array(fc.boolean()),
        (floats, counts, bytes, bits) => {
          expect(unpackFloats(packFloats(floats))).toEqual(floats);
          expect(unpackCounts(packCounts(counts))).toEqual(counts);
          expect(unpackBytes(packBytes(Int8Array.from(bytes)))).toEqual(bytes);
          expect(unpackBits(packBits(bits), bits.length)).toEqual(bits);
        },
      ),
    );
  });
});
