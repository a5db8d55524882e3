import fc from "fast-check";
import { expect, test } from "vitest";
import { byteScaling, normalizationSchema } from "../../src/datasets/normalization.ts";

test("unit maps 0 and 255 to 0 and 1", () => {
  expect(byteScaling("unit")).toEqual({ scale: 1 / 255, offset: 0 });
});

test("mean and std give (byte / 255 - mean) / std", () => {
  const numbers = {
    mean: fc.double({ min: -2, max: 2, noNaN: true }),
    std: fc.double({ min: 0.01, max: 3, noNaN: true }),
  };
  fc.assert(
    fc.property(fc.record(numbers), fc.integer({ min: 0, max: 255 }), ({ mean, std }, byte) => {
      const { scale, offset } = byteScaling({ mean, std });
      expect(byte * scale + offset).toBeCloseTo((byte / 255 - mean) / std, 9);
    }),
  );
});

test.each([[{ mean: 0.5, std: 0 }], [{ mean: 0.5 }], ["none"]])("refuses %j", (value) => {
  expect(normalizationSchema.safeParse(value).success).toBe(false);
});
