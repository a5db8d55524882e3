import { describe, expect, test } from "vitest";
import { corrupted } from "../../../src/datasets/corruptions/corrupt.ts";
import { SEVERITIES } from "../../../src/datasets/corruptions/corruption.ts";
import { corruptions } from "../../../src/datasets/corruptions/registry.ts";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { sha256 } from "../../../src/foundations/hash.ts";
import { randomStream } from "../../../src/foundations/random.ts";

/** Images with a bright square on black, of any size, as a dataset has them. */
function images(count: number, { channels = 1, height = 28, width = 28 } = {}): ExampleSet {
  const stream = randomStream(1, "images");
  const values = new Uint8Array(count * channels * height * width);
  const inside = (place: number, extent: number) => place >= extent / 3 && place < (2 * extent) / 3;
  for (let i = 0; i < values.length; i++) {
    const bright = inside(i % width, width) && inside(Math.floor(i / width) % height, height);
    values[i] = bright ? 200 + stream.below(56) : 0;
  }
  values[0] = 255;
  return {
    count,
    shape: [channels, height, width],
    inputs: { kind: "bytes", values, scale: 1 / 255, offset: 0 },
    targets: { kind: "classes", labels: Uint8Array.from({ length: count }, (_, i) => i % 10), classes: 10 },
  };
}

const pixelsOf = ({ inputs }: ExampleSet) => inputs.values as Uint8Array;
const names = corruptions.names();

/** What was damaged, by the sum of the distances of its pixels. */
function distance(a: ExampleSet, b: ExampleSet): number {
  const others = pixelsOf(b);
  return pixelsOf(a).reduce((sum, value, i) => sum + Math.abs(value - (others[i] ?? 0)), 0);
}

test("the images are pinned: a corruption that changes is another test set", () => {
  const set = images(4);
  const checksums = Object.fromEntries(
    names.map((corruption) => [
      corruption,
      sha256(pixelsOf(corrupted(set, { corruption, severity: 3 }))).slice(0, 12),
    ]),
  );
  expect(checksums).toMatchInlineSnapshot(`
    {
      "blur": "ad5afb0983f5",
      "contrast": "9c552fe56a28",
      "noise": "e817221db436",
      "rotation": "98415cf7ed6c",
      "shift": "8033deb3ebf4",
    }
  `);
});

describe.each(names)("%s", (corruption) => {
  const set = images(6);

  test("keeps labels, shape, scaling and the original, and stays within black and the brightest value", () => {
    const before = sha256(pixelsOf(set));
    for (const severity of SEVERITIES) {
      const damaged = corrupted(set, { corruption, severity });
      expect({ ...damaged, inputs: undefined }).toEqual({ ...set, inputs: undefined });
      expect(damaged.inputs).toMatchObject({ kind: "bytes", scale: 1 / 255, offset: 0 });
      expect(Math.max(...pixelsOf(damaged))).toBeLessThanOrEqual(255);
    }
    expect(sha256(pixelsOf(set))).toBe(before);
  });

  test("does more the more severe it is", () => {
    const distances = SEVERITIES.map((severity) => distance(set, corrupted(set, { corruption, severity })));
    expect(distances[0]).toBeGreaterThan(0);
    expect(distances).toEqual(distances.toSorted((a, b) => a - b));
  });

  test("does the same to an image wherever it stands", () => {
    const size = 28 * 28;
    const alone: ExampleSet = {
      ...set,
      count: 1,
      // The last image, with a brightest pixel as bright as that of the whole set.
      inputs: {
        kind: "bytes",
        scale: 1 / 255,
        offset: 0,
        values: brightest(pixelsOf(set).subarray(5 * size)),
      },
    };
    const whole: ExampleSet = {
      ...set,
      inputs: { kind: "bytes", scale: 1 / 255, offset: 0, values: pixelsOf(set).slice() },
    };
    pixelsOf(whole).set(pixelsOf(alone), 5 * size);
    const damage = { corruption, severity: 2 } as const;
    expect(pixelsOf(corrupted(alone, damage))).toEqual(pixelsOf(corrupted(whole, damage)).slice(5 * size));
  });

  test("takes images that are not square, and channels", () => {
    const color = images(2, { channels: 3, height: 8, width: 12 });
    expect(pixelsOf(corrupted(color, { corruption, severity: 5 }))).toHaveLength(2 * 3 * 8 * 12);
  });
});

function brightest(values: Uint8Array): Uint8Array {
  const copy = values.slice();
  copy[0] = 255;
  return copy;
}

/** One image of 3x4 with a single bright pixel, second row, second column. */
const dot: ExampleSet = {
  count: 1,
  shape: [1, 3, 4],
  inputs: { kind: "bytes", values: Uint8Array.of(0, 0, 0, 0, 0, 240, 0, 0, 0, 0, 0, 0), scale: 1, offset: 0 },
  targets: { kind: "classes", labels: Uint8Array.of(0), classes: 2 },
};

test("a shift moves by its severity, and lets black in", () => {
  const moved = [...pixelsOf(corrupted(dot, { corruption: "shift", severity: 1 }))];
  const place = moved.indexOf(240);
  expect(moved.filter((value) => value !== 0)).toEqual([240]);
  const [row, column] = [Math.floor(place / 4), place % 4];
  expect(Math.max(Math.abs(row - 1), Math.abs(column - 1))).toBe(1);
  expect(pixelsOf(corrupted(dot, { corruption: "shift", severity: 5 })).some((value) => value > 0)).toBe(
    false,
  );
});

test("a blur of one pass has the weights 1 2 1 in both directions", () => {
  const blurred = [...pixelsOf(corrupted(dot, { corruption: "blur", severity: 1 }))];
  expect(blurred).toEqual([15, 30, 15, 0, 30, 60, 30, 0, 15, 30, 15, 0]);
});

test("contrast draws pixels towards the mean of the image", () => {
  // Mean 20; 80% of the distances stay: 20 + .8 * 220 = 196, 20 - .8 * 20 = 4.
  const flat = [...pixelsOf(corrupted(dot, { corruption: "contrast", severity: 1 }))];
  expect(flat).toEqual([4, 4, 4, 4, 4, 196, 4, 4, 4, 4, 4, 4]);
});

test("noise has the deviation that it says, where nothing is clipped", () => {
  const gray: ExampleSet = {
    count: 1,
    shape: [1, 100, 100],
    inputs: { kind: "bytes", values: new Uint8Array(10_000).fill(120).fill(240, 0, 1), scale: 1, offset: 0 },
    targets: { kind: "classes", labels: Uint8Array.of(0), classes: 2 },
  };
  const noisy = pixelsOf(corrupted(gray, { corruption: "noise", severity: 1 }));
  const mean = noisy.reduce((sum, value) => sum + value, 0) / noisy.length;
  const deviation = Math.sqrt(noisy.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noisy.length);
  expect(mean).toBeCloseTo(120, 0);
  expect(deviation).toBeGreaterThan(23.4);
  expect(deviation).toBeLessThan(24.6);
});

test("a rotation turns about the middle, by bilinear interpolation", () => {
  const ends: ExampleSet = {
    count: 1,
    shape: [1, 3, 3],
    inputs: { kind: "bytes", values: Uint8Array.of(0, 0, 0, 0, 100, 100, 0, 0, 0), scale: 1, offset: 0 },
    targets: { kind: "classes", labels: Uint8Array.of(0), classes: 2 },
  };
  const turned = [...pixelsOf(corrupted(ends, { corruption: "rotation", severity: 3 }))];
  // By 30 degrees either way: what was right of the middle is above or below it, too; the middle stays.
  expect(turned[4]).toBe(100);
  const [up, down] = [turned[2], turned[8]];
  expect(Math.max(up ?? 0, down ?? 0)).toBeGreaterThan(0);
  expect(Math.min(up ?? 0, down ?? 0)).toBe(0);
});

test("images of floating-point numbers are refused", () => {
  const floats: ExampleSet = { ...dot, inputs: { kind: "floats", values: new Float32Array(12) } };
  expect(() => corrupted(floats, { corruption: "noise", severity: 1 })).toThrow(
    expect.objectContaining({
      kind: "input",
      message: "evaluate.corruptions are done to images of bytes, and these are of floating-point numbers.",
    }),
  );
});
