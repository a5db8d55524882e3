import fc from "fast-check";
import { expect, test } from "vitest";
import { denseBytes, type EncodingName, smallestEncoding } from "../../src/pruning/encoding.ts";

/**
 * The encodings themselves, slow and plain. Decoding gets the bytes and the shape alone, so that nothing can
 * hide; of what it needs besides, a file stores the encoding's name and the number of bytes anyway.
 */
interface Codec {
  encode(values: Float32Array, rows: number): Uint8Array;
  decode(bytes: Uint8Array, rows: number, columns: number): Float32Array;
}

const littleEndian = true;
const float = (value: number) => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, littleEndian);
  return [...bytes];
};
const integer = (value: number, width: number) =>
  Array.from({ length: width }, (_, i) => (value >>> (8 * i)) & 255);
const readInteger = (bytes: Uint8Array, at: number, width: number) =>
  integer(0, width).reduce((sum, _, i) => sum + (bytes[at + i] as number) * 2 ** (8 * i), 0);
const readFloat = (bytes: Uint8Array, at: number) =>
  new DataView(bytes.buffer, bytes.byteOffset).getFloat32(at, littleEndian);
const width = (largest: number) => (largest < 256 ? 1 : largest < 65_536 ? 2 : 4);

const codecs: Record<EncodingName, Codec> = {
  dense: {
    encode: (values) => Uint8Array.from([...values].flatMap(float)),
    decode: (bytes, rows, columns) =>
      Float32Array.from({ length: rows * columns }, (_, i) => readFloat(bytes, 4 * i)),
  },
  bitmask: {
    encode: (values) => {
      const bits = new Uint8Array(Math.ceil(values.length / 8));
      values.forEach((value, i) => {
        if (value !== 0) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
      });
      return Uint8Array.from([...bits, ...[...values].filter((value) => value !== 0).flatMap(float)]);
    },
    decode: (bytes, rows, columns) => {
      let at = Math.ceil((rows * columns) / 8);
      return Float32Array.from({ length: rows * columns }, (_, i) => {
        if ((((bytes[i >> 3] as number) >> (i & 7)) & 1) === 0) return 0;
        at += 4;
        return readFloat(bytes, at - 4);
      });
    },
  },
  csr: {
    encode: (values, rows) => {
      const columns = values.length / rows;
      const kept = [...values.keys()].filter((i) => values[i] !== 0);
      const pointers = Array.from(
        { length: rows + 1 },
        (_, row) => kept.filter((i) => i < row * columns).length,
      );
      return Uint8Array.from([
        ...kept.flatMap((i) => float(values[i] as number)),
        ...kept.flatMap((i) => integer(i % columns, width(columns - 1))),
        ...pointers.flatMap((pointer) => integer(pointer, width(kept.length))),
      ]);
    },
    decode: (bytes, rows, columns) => {
      // The count follows from the length: a wider pointer always means more bytes.
      const each = 4 + width(columns - 1);
      const lengths = [1, 2, 4].map((pointer) => ({
        pointer,
        count: (bytes.length - pointer * (rows + 1)) / each,
      }));
      const { pointer, count } = lengths.find(
        (l) => Number.isInteger(l.count) && width(l.count) === l.pointer,
      ) ?? {
        pointer: 0,
        count: 0,
      };
      const indices = 4 * count;
      const pointers = indices + width(columns - 1) * count;
      const values = new Float32Array(rows * columns);
      for (let row = 0; row < rows; row++) {
        const end = readInteger(bytes, pointers + pointer * (row + 1), pointer);
        for (let k = readInteger(bytes, pointers + pointer * row, pointer); k < end; k++) {
          const column = readInteger(bytes, indices + width(columns - 1) * k, width(columns - 1));
          values[row * columns + column] = readFloat(bytes, 4 * k);
        }
      }
      return values;
    },
  },
};

const sparseMatrix = fc
  .record({
    rows: fc.integer({ min: 1, max: 12 }),
    columns: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 250, max: 300 })),
    every: fc.integer({ min: 1, max: 200 }),
    offset: fc.nat(200),
  })
  .map(({ rows, columns, every, offset }) => ({
    rows,
    columns,
    values: Float32Array.from({ length: rows * columns }, (_, i) =>
      (i + offset) % every === 0 ? i + 0.5 : 0,
    ),
  }));

test("the size claimed is the size of bytes that decode to the tensor, and no encoding is smaller", () => {
  const seen = new Set<EncodingName>();
  fc.assert(
    fc.property(sparseMatrix, ({ rows, columns, values }) => {
      const nonzero = values.filter((value) => value !== 0).length;
      const { name, bytes } = smallestEncoding([rows, columns], nonzero);
      seen.add(name);
      const sizes = Object.values(codecs).map((codec) => {
        const encoded = codec.encode(values, rows);
        expect(codec.decode(encoded, rows, columns)).toEqual(values);
        return encoded.length;
      });
      expect(codecs[name].encode(values, rows)).toHaveLength(bytes);
      expect(bytes).toBe(Math.min(...sizes));
    }),
    { numRuns: 300, seed: 1 },
  );
  expect([...seen].sort()).toEqual(["bitmask", "csr", "dense"]);
});

test.each([
  // 235,200 weights of which a tenth is kept: 29,400 bytes of bits against 2-byte columns for each.
  [[300, 784], 23_520, "bitmask", 29_400 + 94_080],
  // At 1%: 2,352 x (4 + 2) and 301 pointers of 2 bytes.
  [[300, 784], 2_352, "csr", 14_112 + 602],
  [[300, 784], 235_200, "dense", 940_800],
  // 256 columns need one byte, 257 two; 255 values still have one-byte pointers, 256 do not.
  [[100, 256], 255, "csr", 255 * 5 + 101],
  [[100, 257], 255, "csr", 255 * 6 + 101],
  [[100, 256], 256, "csr", 256 * 5 + 202],
  // A kernel is a row an output channel: 25 columns.
  [[50, 20, 5, 5], 250, "csr", 250 * (4 + 2) + 51],
  // A bias is one row.
  [[300], 1, "csr", 4 + 2 + 2],
  [[300], 300, "dense", 1_200],
  [[8, 8], 0, "bitmask", 8],
  [[300, 784], 0, "csr", 301],
] as const)("%j with %i kept is %s of %i bytes", (shape, nonzero, name, bytes) => {
  expect(smallestEncoding(shape, nonzero)).toEqual({ name, bytes });
});

test.each([
  // 29,400 bytes of bits and half a byte for each of a tenth.
  [[300, 784], 23_520, 4, "bitmask", 29_400 + 11_760],
  // At 1% indices take more than codes: 2,352 x (1/2 + 2) and 301 pointers of 2 bytes.
  [[300, 784], 2_352, 4, "csr", 1_176 + 4_704 + 602],
  [[300, 784], 235_200, 6, "dense", 176_400],
  // 100 codes of 3 bits are 37.5 bytes; 50 of them 18.75, beside 12.5 of bits.
  [[10, 10], 100, 3, "dense", 38],
  [[10, 10], 50, 3, "bitmask", 13 + 19],
  // At 2 bits a bit for each value costs half as much as its code.
  [[10, 10], 60, 2, "dense", 25],
] as const)("%j with %i kept of %i bits is %s of %i bytes", (shape, nonzero, bits, name, bytes) => {
  expect(smallestEncoding(shape, nonzero, bits)).toEqual({ name, bytes });
});

test("dense is four bytes a value", () => {
  expect(denseBytes(567_434)).toBe(2_269_736);
});
