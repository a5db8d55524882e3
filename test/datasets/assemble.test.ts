import { describe, expect, test } from "vitest";
import { assembleDataset, wholeOf } from "../../src/datasets/assemble.ts";
import { imageExamples } from "../../src/datasets/labeled-images.ts";
import { splitExamples } from "../../src/datasets/split.ts";
import type { ExampleSet, InputValues } from "../../src/engines/examples.ts";
import { engines } from "../../src/engines/registry.ts";
import { randomStream } from "../../src/foundations/random.ts";
import { initialParameters } from "../../src/models/initializers.ts";
import { buildNetwork, modelSchema } from "../../src/models/registry.ts";

const raw = {
  shape: [1, 1, 2],
  pixels: Uint8Array.of(10, 11, 20, 21, 30, 31, 40, 41),
  labels: Uint8Array.of(0, 1, 0, 1),
};
const scaling = { scale: 1 / 255, offset: 0 };
const images = imageExamples(raw, 2, scaling);

const floats: ExampleSet = {
  count: 4,
  shape: [2],
  inputs: { kind: "floats", values: Float32Array.of(0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4) },
  targets: { kind: "values", values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), width: 3 },
};

/** Examples 2 and 0 to train on, 1 to validate, 3 to test. */
const partsOf = (examples: ExampleSet) => ({
  name: "small",
  sources: [],
  train: { examples, order: Uint32Array.of(2, 0) },
  validation: { examples, order: Uint32Array.of(1) },
  test: { examples, order: Uint32Array.of(3) },
});

describe("each part holds the chosen examples in the chosen order, in shared memory", () => {
  test("bytes and classes", () => {
    const { train, validation, test: held } = assembleDataset(partsOf(images));
    expect(train).toEqual({
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

  test("floats and values", () => {
    const { train, validation, test: held } = assembleDataset(partsOf(floats));
    expect(train).toEqual({
      count: 2,
      shape: [2],
      inputs: { kind: "floats", values: Float32Array.of(2.5, 3, 0.5, 1) },
      targets: { kind: "values", values: Float32Array.of(7, 8, 9, 1, 2, 3), width: 3 },
    });
    expect(validation.targets).toMatchObject({ values: Float32Array.of(4, 5, 6) });
    expect(held.targets).toMatchObject({ values: Float32Array.of(10, 11, 12) });
    for (const { inputs, targets } of [train, validation, held]) {
      expect(inputs.values.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(targets.kind === "values" && targets.values.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });
});

test("wholeOf keeps the order of the source", () => {
  const { test: held } = assembleDataset({ ...partsOf(images), test: wholeOf(images) });
  expect(held.inputs.values).toEqual(raw.pixels);
});

test("parts of different kinds are refused", () => {
  const parts = partsOf(images);
  expect(() => assembleDataset({ ...parts, test: wholeOf(floats) })).toThrow("the parts of small differ");
  expect(() => assembleDataset({ ...parts, test: wholeOf(imageExamples(raw, 3, scaling)) })).toThrow();
});

describe("texts", () => {
  const texts: ExampleSet = {
    count: 3,
    shape: [4],
    inputs: {
      kind: "tokens",
      values: Uint16Array.of(2, 7, 3, 2, 3, 2, 8, 9, 3),
      starts: Uint32Array.of(0, 3, 5, 9),
      vocabulary: 10,
    },
    targets: { kind: "classes", labels: Uint8Array.of(0, 1, 1), classes: 2 },
  };
  const partsOf = (examples: ExampleSet) => ({
    name: "texts",
    sources: [],
    train: { examples, order: Uint32Array.of(2, 0) },
    validation: { examples, order: new Uint32Array() },
    test: { examples, order: Uint32Array.of(1) },
  });
  const { train, validation, test: tested, checksum } = assembleDataset(partsOf(texts));

  test("keep their lengths, in the order of each part, in shared memory", () => {
    expect(train.inputs).toEqual({
      kind: "tokens",
      values: Uint16Array.of(2, 8, 9, 3, 2, 7, 3),
      starts: Uint32Array.of(0, 4, 7),
      vocabulary: 10,
    });
    expect(validation.inputs).toMatchObject({ values: new Uint16Array(), starts: Uint32Array.of(0) });
    expect(tested.inputs).toMatchObject({ values: Uint16Array.of(2, 3), starts: Uint32Array.of(0, 2) });
    expect([train.shape, tested.shape]).toEqual([[4], [4]]);
    if (train.inputs.kind !== "tokens") throw new Error("no texts");
    for (const { buffer } of [train.inputs.values, train.inputs.starts]) {
      expect(buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  test("have a checksum over pieces, lengths, labels and vocabulary", () => {
    const { inputs } = texts;
    if (inputs.kind !== "tokens") throw new Error("no texts");
    const changed: ExampleSet[] = [
      { ...texts, inputs: { ...inputs, values: Uint16Array.of(2, 7, 3, 2, 3, 2, 8, 4, 3) } },
      { ...texts, inputs: { ...inputs, starts: Uint32Array.of(0, 4, 5, 9) } },
      { ...texts, inputs: { ...inputs, vocabulary: 11 } },
      { ...texts, targets: { kind: "classes", labels: Uint8Array.of(1, 1, 1), classes: 2 } },
      { ...texts, shape: [5] },
    ];
    const checksums = changed.map((examples) => assembleDataset(partsOf(examples)).checksum);
    expect(new Set([checksum, ...checksums]).size).toBe(changed.length + 1);
  });
});

describe("the checksum", () => {
  test("covers all that training sees of images, and nothing else", () => {
    const base = partsOf(images);
    const { checksum } = assembleDataset(base);
    const renamed = { ...base, name: "other", sources: [{ file: "f", sha256: "s" }] };
    expect(assembleDataset(renamed).checksum).toBe(checksum);
    const train = (examples: ExampleSet) => ({ ...base, train: { ...base.train, examples } });
    const changed = [
      train(imageExamples({ ...raw, pixels: raw.pixels.with(0, 99) }, 2, scaling)),
      train(imageExamples({ ...raw, labels: raw.labels.with(0, 1) }, 2, scaling)),
      partsOf(imageExamples({ ...raw, shape: [1, 2, 1] }, 2, scaling)),
      { ...base, train: { examples: images, order: Uint32Array.of(0, 2) } },
      {
        ...base,
        train: { examples: images, order: Uint32Array.of(2) },
        validation: { examples: images, order: Uint32Array.of(0, 1) },
      },
      { ...base, validation: base.test, test: base.validation },
      partsOf(imageExamples(raw, 3, scaling)),
      partsOf(imageExamples(raw, 2, { scale: 1 / 255, offset: -1 })),
    ];
    const checksums = changed.map((parts) => assembleDataset(parts).checksum);
    expect(new Set([checksum, ...checksums]).size).toBe(changed.length + 1);
  });

  test("covers floats and values, and tells one kind from another of the same bytes", () => {
    const { inputs, targets } = floats;
    const bytes = {
      ...floats,
      shape: [8],
      inputs: { kind: "bytes", values: bytesOf(inputs.values), ...scaling },
    };
    const variants = [
      floats,
      { ...floats, inputs: { kind: "floats", values: (inputs.values as Float32Array).with(0, 9) } },
      { ...floats, targets: { ...targets, values: Float32Array.from({ length: 12 }, (_, i) => i) } },
      { ...floats, shape: [1, 2] },
      { ...bytes, shape: [2, 4] },
      { ...floats, targets: { kind: "classes", labels: Uint8Array.of(0, 1, 0, 1), classes: 2 } },
      bytes,
    ] as ExampleSet[];
    const checksums = variants.map((examples) => assembleDataset(partsOf(examples)).checksum);
    expect(new Set(checksums).size).toBe(variants.length);
  });
});

function bytesOf({ buffer }: InputValues["values"]): Uint8Array {
  return new Uint8Array(buffer);
}

/** y = [2 a - b, a + b] with a little noise. */
function plane(): ExampleSet {
  const stream = randomStream(0, "plane");
  const count = 200;
  const inputs = Float32Array.from({ length: 2 * count }, () => stream.normal());
  const values = Float32Array.from({ length: 2 * count }, (_, at) => {
    const [a, b] = inputs.subarray(at - (at % 2));
    const noise = 0.01 * stream.normal();
    return (at % 2 === 0 ? 2 * Number(a) - Number(b) : Number(a) + Number(b)) + noise;
  });
  return {
    count,
    shape: [2],
    inputs: { kind: "floats", values: inputs },
    targets: { kind: "values", values, width: 2 },
  };
}

test.each(["reference", "kernels-wasm"])("%s learns a regression from floats", async (name) => {
  const parts = splitExamples(plane(), { test: 40, validation: 20 });
  const dataset = assembleDataset({ name: "plane", sources: [], ...parts });
  expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([140, 20, 40]);
  const model = modelSchema().parse({ name: "mlp", hidden: [] });
  const spec = buildNetwork(model, dataset.train.shape, 2, "mean-squared-error");
  const engine = await engines.named(name).open(() => {});
  const network = await engine.createNetwork(spec, { name: "sgd", momentum: 0, weightDecay: 0 });
  await network.writeParameters(initialParameters(spec, model.initializer, 0));
  const before = await network.evaluate(dataset.test);
  const order = Uint32Array.from({ length: 20 * dataset.train.count }, (_, i) => i % dataset.train.count);
  await network.train(dataset.train, order, { batchSize: 10, learningRate: 0.1 });
  const after = await network.evaluate(dataset.test);
  const weights = (await network.readParameters()).get("fc1.weight");
  await network.dispose();
  await engine.dispose();
  expect(after.accuracy).toBeUndefined();
  expect(after.loss).toBeLessThan(before.loss / 100);
  for (const [i, expected] of [2, -1, 1, 1].entries()) expect(weights?.[i]).toBeCloseTo(expected, 1);
});
