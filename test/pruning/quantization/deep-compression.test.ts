import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeTensor } from "../../../src/pruning/quantization/deep-compression.ts";
import { dequantize, largestCode, quantize } from "../../../src/pruning/quantization/quantizer.ts";

/** Reads what encodeTensor wrote, by its description alone. */
class Decoder {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#position++) {
      const byte = this.#bytes[this.#position >> 3];
      if (byte === undefined) throw new Error("the stream ends too early");
      value = 2 * value + ((byte >> (7 - (this.#position & 7))) & 1);
    }
    return value;
  }

  float(): number {
    return new Float32Array(Uint32Array.of(this.bits(32)).buffer)[0] as number;
  }

  /** Symbols by their words, as texts of 0 and 1. */
  table(alphabet: number): ReadonlyMap<string, number> {
    const width = this.bits(8);
    const lengths = Array.from({ length: alphabet }, () => this.bits(width));
    const words = new Map<string, number>();
    let word = 0n;
    for (let length = 1; length <= Math.max(...lengths); length++) {
      word *= 2n;
      for (const [symbol, own] of lengths.entries()) {
        if (own === length) words.set((word++).toString(2).padStart(length, "0"), symbol);
      }
    }
    return words;
  }

  symbol(words: ReadonlyMap<string, number>): number {
    for (let word = ""; ; ) {
      word += this.bits(1);
      const symbol = words.get(word);
      if (symbol !== undefined) return symbol;
    }
  }

  /** Whether less than a byte is left, of zeros. */
  get isAtEnd(): boolean {
    const left = 8 * this.#bytes.length - this.#position;
    return left < 8 && this.bits(left) === 0;
  }
}

function decode(bytes: Uint8Array, size: number, rows: number, bits: number) {
  const stream = new Decoder(bytes);
  const scales = Float32Array.from({ length: rows }, () => stream.float());
  const gapBits = stream.bits(8);
  const zero = largestCode(bits);
  const codeWords = stream.table(2 * zero + 1);
  const gapWords = gapBits === 0 ? undefined : stream.table(2 ** gapBits);
  const codes = new Int8Array(size);
  let position = 0;
  for (let entries = stream.bits(32); entries > 0; entries--) {
    if (gapWords !== undefined) position += stream.symbol(gapWords);
    codes[position++] = stream.symbol(codeWords) - zero;
  }
  expect(position).toBeLessThanOrEqual(size);
  expect(stream.isAtEnd).toBe(true);
  return { codes, scales, gapBits };
}

const masked = (values: Float32Array, mask: Uint8Array | undefined) =>
  values.map((value, i) => (mask?.[i] === 0 ? 0 : value));

describe("an encoded tensor", () => {
  it("gives back the exact rounded weights", () => {
    const tensor = fc
      .record({ rows: fc.integer({ min: 1, max: 4 }), columns: fc.integer({ min: 1, max: 200 }) })
      .chain(({ rows, columns }) => {
        const length = { minLength: rows * columns, maxLength: rows * columns };
        return fc.record({
          rows: fc.constant(rows),
          values: fc.float32Array({ ...length, noNaN: true, noDefaultInfinity: true, min: -1, max: 1 }),
          mask: fc.option(
            fc.oneof(
              fc.uint8Array({ ...length, max: 1 }),
              // Far apart, so that gaps need fillers.
              fc.uint8Array({ ...length, max: 30 }).map((of) => of.map((value) => (value === 0 ? 1 : 0))),
            ),
            { nil: undefined },
          ),
        });
      });
    fc.assert(
      fc.property(
        tensor,
        fc.integer({ min: 2, max: 8 }),
        fc.constantFrom("tensor" as const, "channel" as const),
        ({ rows, values, mask }, bits, per) => {
          const quantized = quantize(masked(values, mask), [rows, values.length / rows], { bits, per });
          const read = decode(
            encodeTensor(quantized, mask, bits),
            values.length,
            quantized.scales.length,
            bits,
          );
          expect(dequantize(read)).toEqual(dequantize(quantized));
          expect(read.scales).toEqual(quantized.scales);
        },
      ),
    );
  });

  it("takes the bits that can be counted by hand", () => {
    // 2 bits: codes 1, -1, 0; a scale of 1. All kept: no gaps.
    const quantized = quantize(Float32Array.of(1, 1, 1, -1, 0, 1), [6], { bits: 2, per: "tensor" });
    const bytes = encodeTensor(quantized, undefined, 2);
    // Scale 32, n 8, table 8 + 3 lengths of 2 bits, count 32, words 4 x 1 + 2 + 2.
    expect(bytes.length).toBe(Math.ceil((32 + 8 + 8 + 6 + 32 + 8) / 8));
    expect(decode(bytes, 6, 1, 2).gapBits).toBe(0);
  });

  it("parts gaps by fillers where that is smaller than more symbols", () => {
    const values = new Float32Array(600);
    const mask = new Uint8Array(600);
    for (const i of [3, 12, 590]) {
      values[i] = 1;
      mask[i] = 1;
    }
    const quantized = quantize(values, [600], { bits: 2, per: "tensor" });
    const bytes = encodeTensor(quantized, mask, 2);
    const read = decode(bytes, 600, 1, 2);
    expect(read.codes).toEqual(quantized.codes);
    // A largest gap of 63 needs 9 fillers, one of 255 fewer, but four times the table.
    expect(read.gapBits).toBeLessThan(8);
  });

  it("has nothing but scales and tables of what is pruned whole", () => {
    const quantized = quantize(new Float32Array(10), [2, 5], { bits: 8, per: "channel" });
    const bytes = encodeTensor(quantized, new Uint8Array(10), 8);
    // Two scales, n, a table without lengths, the count.
    expect(bytes.length).toBe(8 + 1 + 1 + 4);
    expect([...decode(bytes, 10, 2, 8).codes]).toEqual([...new Int8Array(10)]);
  });

  it("stores what is kept also where its code is 0", () => {
    const values = new Float32Array(100).fill(0.01);
    values[0] = 1;
    const quantized = quantize(values, [100], { bits: 2, per: "tensor" });
    const all = encodeTensor(quantized, undefined, 2);
    const one = encodeTensor(
      quantized,
      Uint8Array.from(values.keys(), (i) => (i === 0 ? 1 : 0)),
      2,
    );
    expect(decode(all, 100, 1, 2).codes).toEqual(decode(one, 100, 1, 2).codes);
    expect(all.length).toBeGreaterThan(one.length);
  });
});
