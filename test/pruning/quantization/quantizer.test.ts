import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dequantize, largestCode, quantize } from "../../../src/pruning/quantization/quantizer.ts";

const floats = (...values: number[]) => Float32Array.from(values);
const BITS = [2, 3, 4, 5, 6, 7, 8] as const;
const MOST = 2 ** 100;
const PER = ["tensor", "channel"] as const;

/** A tensor of a few rows; of values that no product takes beyond the largest float. */
const tensor = fc
  .record({ rows: fc.integer({ min: 1, max: 4 }), columns: fc.integer({ min: 1, max: 6 }) })
  .chain(({ rows, columns }) =>
    fc.record({
      shape: fc.constant([rows, columns]),
      values: fc.float32Array({
        minLength: rows * columns,
        maxLength: rows * columns,
        noNaN: true,
        min: -MOST,
        max: MOST,
      }),
    }),
  );

describe("a symmetric quantizer", () => {
  it("counts in steps of the largest magnitude over the largest code", () => {
    // 3 bits: codes -3..3, and a scale of 0.75 / 3 = 0.25.
    const { codes, scales } = quantize(floats(0.75, -0.5, 0.2, -0.1, 0), [1, 5], { bits: 3, per: "tensor" });
    expect([...scales]).toEqual([0.25]);
    expect([...codes]).toEqual([3, -2, 1, 0, 0]);
    expect([...dequantize({ codes, scales })]).toEqual([0.75, -0.5, 0.25, 0, 0]);
  });

  it("rounds halves to the even code", () => {
    // 4 bits: a scale of 7 / 7 = 1.
    const { codes } = quantize(floats(7, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5), [7], { bits: 4, per: "tensor" });
    expect([...codes]).toEqual([7, 0, 2, 2, 0, -2, -2]);
  });

  it("has a scale for each output channel if asked", () => {
    const values = floats(127, -1, 1.27, 0.02);
    expect([...quantize(values, [2, 2], { bits: 8, per: "tensor" }).codes]).toEqual([127, -1, 1, 0]);
    const byChannel = quantize(values, [2, 2], { bits: 8, per: "channel" });
    expect([...byChannel.codes]).toEqual([127, -1, 127, 2]);
    expect([...byChannel.scales]).toEqual([1, Math.fround(Math.fround(1.27) / 127)]);
  });

  it("takes the kernels of a convolution's channel as one row", () => {
    const { codes, scales } = quantize(floats(1, -1, 0.5, 0, 2, 1, 0, -2), [2, 1, 2, 2], {
      bits: 2,
      per: "channel",
    });
    expect([...scales]).toEqual([1, 2]);
    expect([...codes]).toEqual([1, -1, 0, 0, 1, 0, 0, -1]);
  });

  it("leaves zeros at 0, and a tensor of zeros without a scale", () => {
    for (const per of PER) {
      const { codes, scales } = quantize(floats(0, -0, 0, 0), [2, 2], { bits: 8, per });
      expect([...codes, ...scales].every((value) => Object.is(value, 0))).toBe(true);
      expect([...dequantize({ codes, scales })].every((value) => Object.is(value, 0))).toBe(true);
    }
  });

  it("lets values that are not finite shape no scale", () => {
    const { codes, scales } = quantize(floats(Number.NaN, 127, Number.POSITIVE_INFINITY), [3], {
      bits: 8,
      per: "tensor",
    });
    expect([...scales]).toEqual([1]);
    expect([...codes]).toEqual([0, 127, 127]);
  });

  it.each(BITS.flatMap((bits) => PER.map((per) => ({ bits, per }))))(
    "keeps its promises with $bits bits per $per",
    (rounding) => {
      fc.assert(
        fc.property(tensor, ({ shape, values }) => {
          const quantized = quantize(values, shape, rounding);
          const rounded = dequantize(quantized);
          const columns = values.length / quantized.scales.length;
          const most = largestCode(rounding.bits);
          for (const [i, value] of values.entries()) {
            const scale = quantized.scales[Math.floor(i / columns)] as number;
            const code = quantized.codes[i] as number;
            expect(Math.abs(code)).toBeLessThanOrEqual(most);
            if (value === 0) expect(rounded[i]).toBe(0);
            // Half a step, and the rounding of the scale and of the product to 32 bits.
            const slack = 2 ** -22 * Math.abs(value) + (most + 1) * 2 ** -149;
            expect(Math.abs(value - (rounded[i] as number))).toBeLessThanOrEqual(scale / 2 + slack);
          }
        }),
      );
    },
  );

  it("finds the same codes in what it has rounded", () => {
    const normal = tensor.filter(({ values }) => values.every((v) => v === 0 || Math.abs(v) > 1e-30));
    fc.assert(
      fc.property(
        normal,
        fc.constantFrom(...BITS),
        fc.constantFrom(...PER),
        ({ shape, values }, bits, per) => {
          const once = quantize(values, shape, { bits, per });
          expect(quantize(dequantize(once), shape, { bits, per }).codes).toEqual(once.codes);
        },
      ),
    );
  });
});
