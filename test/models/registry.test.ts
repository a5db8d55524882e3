import { expect, test } from "vitest";
import { buildNetwork, type ModelOptions, modelSchema, models } from "../../src/models/registry.ts";
import { parameterCount, parameterSpecs } from "../../src/network/parameters.ts";
import { layerOutputShapes } from "../../src/network/shapes.ts";

const image = [1, 28, 28];

/** The smallest config of each registered model; the compiler finds a new model that lacks one. */
const smallest: Record<ModelOptions["name"], unknown> = {
  mlp: { name: "mlp" },
  cnn: { name: "cnn", layers: [{ conv: 2 }] },
  "lenet-300-100": { name: "lenet-300-100" },
  "lenet-5": { name: "lenet-5" },
};

const build = (options: unknown, shape = image, outputs = 10) =>
  buildNetwork(modelSchema().parse(options), shape, outputs, "softmax-cross-entropy");

test("every registered model is in the config schema, and no other", () => {
  const names = models.names();
  expect(Object.keys(smallest).sort()).toEqual(names.toSorted());
  expect(modelSchema().options.map((option) => option.shape.name.value)).toEqual(names);
});

test.each(models.names())("%s builds layers that fit, with names in order", (name) => {
  const spec = build(smallest[name as ModelOptions["name"]]);
  expect(layerOutputShapes(spec).at(-1)).toEqual([10]);
  expect(spec.layers.at(-1)?.kind).toBe("dense");
  const layers = [...new Set(parameterSpecs(spec).map(({ layer }) => layer))];
  for (const kind of ["conv", "fc"]) {
    const numbers = layers.filter((layer) => layer.startsWith(kind));
    expect(numbers).toEqual(numbers.map((_, i) => `${kind}${i + 1}`));
  }
});

test.each(models.names())("%s starts as PyTorch does unless it is told otherwise", (name) => {
  const options = smallest[name as ModelOptions["name"]] as object;
  expect(modelSchema().parse(options).initializer).toEqual({ name: "pytorch" });
  const glorot = modelSchema().parse({ ...options, initializer: { name: "glorot", bias: 0.01 } });
  expect(glorot.initializer).toEqual({ name: "glorot", distribution: "uniform", bias: 0.01 });
});

test("has the parameter counts of the literature", () => {
  expect(parameterCount(build({ name: "lenet-300-100" }))).toBe(266_610);
  expect(parameterCount(build({ name: "lenet-5" }))).toBe(431_080);
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
