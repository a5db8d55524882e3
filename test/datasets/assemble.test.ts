import { expect, test } from "vitest";
import { assembleDataset, type LabeledImages, wholeOf } from "../../src/datasets/assemble.ts";

const images: LabeledImages = {
  shape: [1, 1, 2],
  pixels: Uint8Array.of(10, 11, 20, 21, 30, 31, 40, 41),
  labels: Uint8Array.of(0, 1, 0, 1),
};
const base = {
  name: "small",
  sources: [],
  classes: 2,
  scaling: { scale: 1 / 255, offset: 0 },
  train: { images, order: Uint32Array.of(2, 0) },
  validation: { images, order: Uint32Array.of(1) },
  test: { images, order: Uint32Array.of(3) },
};

test("each part holds the chosen examples in the chosen order, in shared memory", () => {
  const { train, validation, test: held } = assembleDataset(base);
  expect(train).toMatchObject({
    count: 2,
    shape: [1, 1, 2],
    inputs: { kind: "bytes", values: Uint8Array.of(30, 31, 10, 11), scale: 1 / 255, offset: 0 },
    targets: { kind: "classes", labels: Uint8Array.of(0, 0), classes: 2 },
  });
  expect(validation.inputs.values).toEqual(Uint8Array.of(20, 21));
  expect(held.inputs.values).toEqual(Uint8Array.of(40, 41));
  for (const { inputs, targets } of [train, validation, held]) {
    expect(inputs.values.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(targets.kind === "classes" && targets.labels.buffer).toBeInstanceOf(SharedArrayBuffer);
  }
});

test("wholeOf keeps the order of the source", () => {
  expect(assembleDataset({ ...base, test: wholeOf(images) }).test.inputs.values).toEqual(images.pixels);
});

test("the checksum covers all that training sees, and nothing else", () => {
  const { checksum } = assembleDataset(base);
  expect(assembleDataset({ ...base, name: "other", sources: [{ file: "f", sha256: "s" }] }).checksum).toBe(
    checksum,
  );
  const pixel = { ...images, pixels: images.pixels.with(0, 99) };
  const label = { ...images, labels: images.labels.with(0, 1) };
  const shape = { ...images, shape: [1, 2, 1] };
  const changed = [
    { ...base, train: { ...base.train, images: pixel } },
    { ...base, train: { ...base.train, images: label } },
    { ...base, train: { ...base.train, images: shape } },
    { ...base, train: { images, order: Uint32Array.of(0, 2) } },
    {
      ...base,
      train: { images, order: Uint32Array.of(2) },
      validation: { images, order: Uint32Array.of(0, 1) },
    },
    { ...base, validation: base.test, test: base.validation },
    { ...base, classes: 3 },
    { ...base, scaling: { scale: 1 / 255, offset: -1 } },
  ];
  const checksums = changed.map((parts) => assembleDataset(parts).checksum);
  expect(new Set([checksum, ...checksums]).size).toBe(changed.length + 1);
});
