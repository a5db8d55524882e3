import { describe, expect, test } from "vitest";
import { buildNetwork, modelSchema } from "../../src/models/registry.ts";
import { parameterSpecs } from "../../src/network/parameters.ts";
import { measureNetwork, thinLayers } from "../../src/pruning/measure.ts";
import { type PrunableOptions, prunableTensors } from "../../src/pruning/prunable.ts";
import { roundHalfToEven } from "../../src/pruning/top-k.ts";

const build = (options: unknown, inputShape: readonly number[], outputs: number) =>
  buildNetwork(modelSchema().parse(options), inputShape, outputs, "softmax-cross-entropy");

const tiny = build({ name: "mlp", hidden: [3] }, [2], 2);
const measureTiny = (masks: Record<string, string>, options: Partial<PrunableOptions> = {}) =>
  measureNetwork(
    tiny,
    new Map(Object.entries(masks).map(([name, bits]) => [name, Uint8Array.from(bits, Number)])),
    prunableTensors(tiny, { exclude: [], biases: false, ...options }),
  );
const everythingPruned = {
  "fc1.weight": "000000",
  "fc1.bias": "000",
  "fc2.weight": "000000",
  "fc2.bias": "00",
};

describe("DistilBERT", () => {
  const distilbert = build({ name: "distilbert" }, [512], 2);
  const tensors = prunableTensors(distilbert, { exclude: [], biases: false });
  const prunedTo = (sparsity: number) =>
    measureNetwork(
      distilbert,
      new Map(
        tensors.map(({ name, size }) => [
          name,
          new Uint8Array(size).fill(1, roundHalfToEven(sparsity * size)),
        ]),
      ),
      tensors,
    );

  // Counts of the published study, and of the architecture.
  test.each([
    [0, 66_955_010],
    [0.3, 54_037_406],
    [0.5, 45_425_666],
    [0.6, 41_119_802],
    [0.8, 32_508_062],
  ])("at %d of its linear layers, %i values are left", (sparsity, left) => {
    const { nonzeroParameters, modelSparsity, tensors: all } = prunedTo(sparsity);
    expect(nonzeroParameters).toBe(left);
    expect(modelSparsity).toBe((66_955_010 - left) / 66_955_010);
    expect(all.filter(({ prunable }) => prunable)).toHaveLength(38);
  });

  test("has no paths to follow, and multiplies by each weight of a block once a token", () => {
    const measure = prunedTo(0.5);
    expect(measure.effectiveSparsity).toBeNull();
    expect(measure.tensors.every(({ live }) => live === null)).toBe(true);
    const head = 768 * 768 + 2 * 768;
    expect(measure.denseMacs).toBe(512 * (43_058_688 - head) + head);
  });

  test("has collapsed when nothing leads from the first token to the outputs", () => {
    const cut = (name: string) =>
      measureNetwork(distilbert, new Map([[name, new Uint8Array(sizeOfTensor(name))]]), tensors).collapsed;
    const sizeOfTensor = (name: string) => tensors.find((tensor) => tensor.name === name)?.size ?? 0;
    expect(cut("classifier.weight")).toBe(true);
    // A residual connection leads past it.
    expect(cut("distilbert.transformer.layer.0.ffn.lin2.weight")).toBe(false);
  });
});

describe("a 2-3-2 network", () => {
  // Hidden unit 1 has no input, hidden unit 2 no output, and output 1 nothing: 2 + 1 weights are live.
  const masks = { "fc1.weight": "110011", "fc2.weight": "110000" };

  test("is measured from its masks", () => {
    const { tensors, ...measure } = measureTiny(masks);
    expect(measure).toEqual({
      parameters: 17,
      nonzeroParameters: 11,
      sparsity: 6 / 12,
      modelSparsity: 6 / 17,
      effectiveSparsity: 9 / 12,
      compression: 17 / 11,
      denseBytes: 68,
      // fc1.weight: 4 x 4 + 1 byte of bits; its bias 12; fc2.weight: 2 x 4 + 1; its bias 8.
      sparseBytes: 17 + 12 + 9 + 8,
      denseMacs: 12,
      macs: 6,
      collapsed: false,
    });
    expect(
      tensors.map(({ name, nonzero, live, encoding, bytes }) => [name, nonzero, live, encoding, bytes]),
    ).toEqual([
      ["fc1.weight", 4, 2, "bitmask", 17],
      ["fc1.bias", 3, 1, "dense", 12],
      ["fc2.weight", 2, 1, "bitmask", 9],
      ["fc2.bias", 2, 1, "dense", 8],
    ]);
  });

  test("excluded layers count for the model, not for the sparsity", () => {
    const measure = measureTiny(masks, { exclude: ["output"] });
    expect(measure.sparsity).toBe(2 / 6);
    expect(measure.effectiveSparsity).toBe(4 / 6);
    expect(measure.modelSparsity).toBe(6 / 17);
    expect(measure.tensors.map(({ prunable }) => prunable)).toEqual([true, false, false, false]);
  });

  test("prunable biases count, and are dead where their unit is", () => {
    const measure = measureTiny({ ...masks, "fc1.bias": "110" }, { biases: true });
    expect(measure.sparsity).toBe(7 / 17);
    // Live: 2 + 1 weights, the bias of hidden unit 0 and of output 0.
    expect(measure.effectiveSparsity).toBe(12 / 17);
  });

  test("without biases the weights are all there is, also for prune.biases", () => {
    const unbiased = build({ name: "mlp", hidden: [3], bias: false }, [2], 2);
    for (const biases of [false, true]) {
      const { tensors, ...measure } = measureNetwork(
        unbiased,
        new Map(Object.entries(masks).map(([name, bits]) => [name, Uint8Array.from(bits, Number)])),
        prunableTensors(unbiased, { exclude: [], biases }),
      );
      expect(measure).toEqual({
        parameters: 12,
        nonzeroParameters: 6,
        sparsity: 6 / 12,
        modelSparsity: 6 / 12,
        effectiveSparsity: 9 / 12,
        compression: 2,
        denseBytes: 48,
        sparseBytes: 17 + 9,
        denseMacs: 12,
        macs: 6,
        collapsed: false,
      });
      expect(tensors.map(({ name, prunable }) => [name, prunable])).toEqual([
        ["fc1.weight", true],
        ["fc2.weight", true],
      ]);
    }
  });

  test("when all is pruned it is collapsed, and has no compression", () => {
    expect(measureTiny(everythingPruned, { biases: true })).toMatchObject({
      nonzeroParameters: 0,
      sparsity: 1,
      modelSparsity: 1,
      effectiveSparsity: 1,
      compression: null,
      macs: 0,
      collapsed: true,
      sparseBytes: 1 + 1 + 1 + 1,
    });
  });

  test("without masks nothing is saved", () => {
    expect(measureTiny({})).toMatchObject({
      sparsity: 0,
      effectiveSparsity: 0,
      compression: 1,
      sparseBytes: 68,
      macs: 12,
      collapsed: false,
    });
  });

  test("is plain data: it survives JSON", () => {
    const measure = measureTiny(masks);
    expect(JSON.parse(JSON.stringify(measure))).toEqual(measure);
  });
});

test("a convolution's weight counts once a position", () => {
  const lenet5 = build({ name: "lenet-5" }, [1, 28, 28], 10);
  const dense = measureNetwork(lenet5, new Map(), parameterSpecs(lenet5));
  // 500 x 24 x 24, 25,000 x 8 x 8, 800 x 500, 500 x 10.
  const byWeight = [288_000, 1_600_000, 400_000, 5_000];
  expect(dense.tensors.filter(({ role }) => role === "weight").map(({ macs }) => macs)).toEqual(byWeight);
  expect(dense.denseMacs).toBe(2_293_000);

  const half = new Map([["conv2.weight", Uint8Array.from({ length: 25_000 }, (_, i) => i % 2)]]);
  const measure = measureNetwork(lenet5, half, parameterSpecs(lenet5));
  expect(measure.denseMacs - measure.macs).toBe(800_000);
});

describe("thin layers", () => {
  test("are those with fewer weights than units, of the prunable ones", () => {
    const masks = { "fc1.weight": "110000", "fc2.weight": "100000" };
    expect(thinLayers(measureTiny(masks))).toEqual([
      { layer: "fc1", units: 3, nonzero: 2 },
      { layer: "fc2", units: 2, nonzero: 1 },
    ]);
    expect(thinLayers(measureTiny(masks, { exclude: ["fc1"] }))).toEqual([
      { layer: "fc2", units: 2, nonzero: 1 },
    ]);
  });

  test("one weight a unit is enough", () => {
    expect(thinLayers(measureTiny({ "fc1.weight": "101010", "fc2.weight": "110000" }))).toEqual([]);
  });
});
