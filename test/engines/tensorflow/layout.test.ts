import fc from "fast-check";
import { expect, test } from "vitest";
import { channelsLast, parameterLayout, toChannelsLast } from "../../../src/engines/tensorflow/layout.ts";

test("weights of a convolution go from [out, in, height, width] to [height, width, in, out]", () => {
  // The value at [o, i, y, x] is oiyx, read as a number.
  const values = Float32Array.of(
    0,
    1,
    10,
    11,
    100,
    101,
    110,
    111,
    1000,
    1001,
    1010,
    1011,
    1100,
    1101,
    1110,
    1111,
  );
  const { shape, toDevice } = parameterLayout([2, 2, 2, 2]);
  expect(shape).toEqual([2, 2, 2, 2]);
  expect([...toDevice(values)]).toEqual([
    0, 1000, 100, 1100, 1, 1001, 101, 1101, 10, 1010, 110, 1110, 11, 1011, 111, 1111,
  ]);
});

test("every layout comes back as it was", () => {
  const extents = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(extents, (shape) => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const values = Float32Array.from({ length: size }, (_, i) => i);
      const { toDevice, toHost } = parameterLayout(shape);
      expect(toHost(toDevice(values))).toEqual(values);
    }),
  );
});

test("images have their channels last, vectors stay", () => {
  // Two images of two channels, one row and three columns.
  const images = Uint8Array.of(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16);
  expect(channelsLast([2, 1, 3])).toEqual([1, 3, 2]);
  expect([...toChannelsLast(images, [2, 1, 3])]).toEqual([1, 4, 2, 5, 3, 6, 11, 14, 12, 15, 13, 16]);
  expect(channelsLast([6])).toEqual([6]);
  expect(toChannelsLast(images, [6])).toEqual(images);
});
