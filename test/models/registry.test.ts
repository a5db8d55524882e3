import { describe, expect, test } from "vitest";
import * as z from "zod";
import { assembleDataset } from "../../src/datasets/assemble.ts";
import { imageExamples } from "../../src/datasets/labeled-images.ts";
import { byteScaling } from "../../src/datasets/normalization.ts";
import { splitExamples } from "../../src/datasets/split.ts";
import { engines } from "../../src/engines/registry.ts";
import { PruneLabError } from "../../src/foundations/errors.ts";
import { randomStream } from "../../src/foundations/random.ts";
import { initialParameters } from "../../src/models/initializers.ts";
import { buildNetwork, type ModelOptions, modelSchema, models } from "../../src/models/registry.ts";
import { parameterCount, parameterSpecs } from "../../src/network/parameters.ts";
import { layerOutputShapes } from "../../src/network/shapes.ts";
import { hasWeights } from "../../src/network/specification.ts";

const image = [1, 28, 28];

/** Options of the models that cannot do with their defaults. */
const required: Readonly<Record<string, object>> = { cnn: { layers: [{ conv: 2 }] } };

const smallest = (name: string) => ({ name, ...required[name] });

const build = (options: unknown, shape = image, outputs = 10) =>
  buildNetwork(modelSchema().parse(options), shape, outputs, "softmax-cross-entropy");

test("the config schema has every registered model, and no other", () => {
  expect(modelSchema().options.map((option) => option.shape.name.value)).toEqual(models.names());
});

test.each(models.list().map((entry) => [entry.name, entry] as const))(
  "%s describes itself and its options",
  (_name, { summary, options }) => {
    expect(summary).toMatch(/\w.*\.$/);
    const { properties = {} } = z.toJSONSchema(options);
    for (const property of Object.values(properties)) {
      expect(property).toMatchObject({ description: expect.stringMatching(/\w/) });
    }
  },
);

describe.each(models.list().flatMap(({ name, readsTokens }) => (readsTokens ? [] : [[name] as const])))(
  "%s",
  (name) => {
    test.each([1, 10])("builds layers that fit %i outputs, with names in order", (outputs) => {
      const spec = build(smallest(name), image, outputs);
      expect(layerOutputShapes(spec).at(-1)).toEqual([outputs]);
      expect(spec.layers.at(-1)?.kind).toBe("dense");
      const layers = [...new Set(parameterSpecs(spec).map(({ layer }) => layer))];
      for (const kind of ["conv", "fc"]) {
        const numbers = layers.filter((layer) => layer.startsWith(kind));
        expect(numbers).toEqual(numbers.map((_, i) => `${kind}${i + 1}`));
      }
    });

    test("takes flat examples, or says that it does not", () => {
      const [shape, outputs] = [[20], 3];
      const fits = () => expect(layerOutputShapes(build(smallest(name), shape, outputs)).at(-1)).toEqual([3]);
      try {
        fits();
      } catch (error) {
        if (!(error instanceof PruneLabError)) throw error;
        expect(error).toMatchObject({ kind: "input", message: expect.stringContaining(`model '${name}'`) });
      }
    });

    test("starts as PyTorch does unless it is told otherwise, its layers the same", () => {
      const standard = modelSchema().parse(smallest(name));
      expect(standard.initializer).toEqual({ name: "pytorch" });
      const glorot = modelSchema().parse({ ...smallest(name), initializer: { name: "glorot", bias: 0.01 } });
      expect(glorot.initializer).toEqual({ name: "glorot", distribution: "uniform", bias: 0.01 });
      expect(build(glorot)).toEqual(build(standard));
    });

    test("has biases unless it is told otherwise; without, the specification says so in every layer with weights", () => {
      const standard = modelSchema().parse(smallest(name));
      expect(build({ ...smallest(name), bias: true })).toEqual(build(standard));
      expect(JSON.stringify(build(standard))).not.toContain("bias");
      const without = build({ ...smallest(name), bias: false });
      expect(parameterSpecs(without)).toEqual(
        parameterSpecs(build(standard)).filter(({ role }) => role === "weight"),
      );
      expect(without.layers.filter(hasWeights).every(({ bias }) => bias === false)).toBe(true);
      expect([...initialParameters(without, { name: "pytorch" }, 0).keys()]).toEqual(
        parameterSpecs(without).map(({ name }) => name),
      );
    });

    test("trains: a step lowers the loss on its own examples", async () => {
      const spec = build(smallest(name), image, 3);
      const engine = await engines.named("kernels-wasm").open(() => {});
      const network = await engine.createNetwork(spec, { name: "sgd", momentum: 0, weightDecay: 0 });
      await network.writeParameters(initialParameters(spec, { name: "pytorch" }, 0));
      const stream = randomStream(0, "images");
      const pixels = Uint8Array.from({ length: 12 * 28 * 28 }, () => stream.below(256));
      const labels = Uint8Array.from({ length: 12 }, (_, i) => i % 3);
      const { train } = assembleDataset({
        name: "noise",
        sources: [],
        ...splitExamples(imageExamples({ shape: image, pixels, labels }, 3, byteScaling("unit")), {
          test: 0,
          validation: 0,
        }),
      });
      const before = await network.evaluate(train);
      const order = Uint32Array.from({ length: train.count }, (_, i) => i);
      await network.train(train, order, { batchSize: train.count, learningRate: 0.01 });
      expect((await network.evaluate(train)).loss).toBeLessThan(before.loss);
      await network.dispose();
      await engine.dispose();
    });
  },
);

test("an unknown model is answered with the choices", () => {
  const options = { ...modelSchema().parse({ name: "lenet-5" }), name: "lenet5" } as unknown as ModelOptions;
  expect(() => buildNetwork(options, image, 10, "softmax-cross-entropy")).toThrow(
    `'lenet5' is no model. Did you mean 'lenet-5'? Choices: ${models.names().join(", ")}.`,
  );
});

test("has the parameter counts of the literature", () => {
  expect(parameterCount(build({ name: "lenet-300-100" }))).toBe(266_610);
  expect(parameterCount(build({ name: "lenet-5" }))).toBe(431_080);
  expect(parameterCount(build({ name: "lenet-5", bias: false }))).toBe(430_500);
  expect(parameterCount(build({ name: "mlp", hidden: [512, 256, 128] }))).toBe(567_434);
  expect(parameterCount(build({ name: "mlp", hidden: [1024] }, [128]))).toBe(142_346);
});

test("refuses a tensor that no machine would hold", () => {
  expect(() => build({ name: "mlp", hidden: [65_536, 65_536] })).toThrow(
    "model 'mlp': fc2.weight would hold 65536x65536 = 4294967296 values",
  );
});

test("refuses unknown options and sizes that are none", () => {
  const fails = (options: unknown) =>
    expect(modelSchema().safeParse(options).success, JSON.stringify(options)).toBe(false);
  fails({ name: "lenet5" });
  fails({ name: "lenet-5", hidden: [3] });
  fails({ name: "mlp", hiden: [3] });
  fails({ name: "mlp", hidden: [0] });
  fails({ name: "mlp", hidden: [2.5] });
  fails({ name: "mlp", activation: "gelu" });
  fails({ name: "cnn" });
  fails({ name: "cnn", layers: [] });
});
