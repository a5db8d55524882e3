import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseIdx } from "../../../../src/datasets/formats/idx/array.ts";
import { encodeIdx } from "../../fixtures.ts";

const arrays = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }).chain((shape) => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return fc.uint8Array({ minLength: size, maxLength: size }).map((values) => ({ shape, values }));
});

describe("parseIdx", () => {
  test("returns what was encoded", () => {
    fc.assert(
      fc.property(arrays, ({ shape, values }) => {
        expect(parseIdx(encodeIdx(shape, values), "file", shape.length)).toEqual({ shape, values });
      }),
    );
  });

  test("refuses a file that ends too early, wherever, or goes on", () => {
    fc.assert(
      fc.property(arrays, fc.nat(), ({ shape, values }, cut) => {
        const bytes = encodeIdx(shape, values);
        expect(() => parseIdx(bytes.subarray(0, cut % bytes.length), "f", shape.length)).toThrow(
          /f is (truncated|empty)/,
        );
        expect(() => parseIdx(Uint8Array.of(...bytes, 0), "f", shape.length)).toThrow(
          "more bytes than its header says",
        );
      }),
    );
  });

  test.each([
    ["nothing", new Uint8Array(), 1, "labels is empty."],
    ["half a header", Uint8Array.of(0, 0, 8, 1), 1, "labels is truncated: it has 4 bytes, its IDX header"],
    [
      "images in the place of labels",
      encodeIdx([1, 1, 1], Uint8Array.of(7)),
      1,
      "not an IDX file of unsigned bytes in 1 dimension: it starts with 0x00000803, expected 0x00000801.",
    ],
    ["values that are not bytes", Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0), 1, "starts with 0x00000d01"],
    [
      "no examples",
      encodeIdx([0, 28, 28], new Uint8Array()),
      3,
      "holds no values: its header says 0 x 28 x 28.",
    ],
    [
      "a size beyond all memory",
      encodeIdx([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], new Uint8Array(9)),
      3,
      "labels is truncated: its header says 4294967295 x 4294967295 x 4294967295",
    ],
  ])("says what is wrong with %s", (_what, bytes, dimensions, message) => {
    expect(() => parseIdx(bytes, "labels", dimensions)).toThrow(message);
  });
});
