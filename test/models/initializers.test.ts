import { describe, expect, test } from "vitest";
import { type Initializer, initializerSchema, initialParameters } from "../../src/models/initializers.ts";
import { buildNetwork, modelSchema } from "../../src/models/registry.ts";

const build = (options: object, shape = [1, 28, 28]) =>
  buildNetwork(modelSchema().parse(options), shape, 10, "softmax-cross-entropy");
const lenet5 = build({ name: "lenet-5" });

const tensor = (initializer: Initializer, name: string, seed = 0) => {
  const values = initialParameters(lenet5, initializer, seed).get(name);
  if (values === undefined) throw new Error(`no ${name}`);
  return values;
};
const variance = (values: Float32Array) => values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
const largest = (values: Float32Array) => values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
const initializer = (options: unknown) => initializerSchema.parse(options);

describe("pytorch", () => {
  // torch.nn.Conv2d(20, 50, 5): largest weight of 25,000 .044719, largest bias of 50 .0442, variance .99933 of
  // 1 / 1500; the bound is 1 / sqrt(20 x 5 x 5) = .044721.
  test("is uniform within 1 / sqrt(fan-in), biases too", () => {
    const weights = tensor({ name: "pytorch" }, "conv2.weight");
    expect(largest(weights)).toBeLessThanOrEqual(Math.fround(1 / Math.sqrt(500)));
    expect(largest(weights)).toBeGreaterThan(0.0447);
    expect(variance(weights) * 1500).toBeCloseTo(1, 1);
    const biases = tensor({ name: "pytorch" }, "fc1.bias");
    expect(largest(biases)).toBeLessThanOrEqual(Math.fround(1 / Math.sqrt(800)));
    expect(variance(biases) * 2400).toBeCloseTo(1, 0.5);
  });
});

describe("of a transformer", () => {
  const options = { name: "distilbert", layers: 1, width: 32, heads: 2, hidden: 64, vocabulary: 100 };
  const spec = build(options, [20]);
  const block = "distilbert.transformer.layer.0";

  test("normal gives all weights and embeddings one deviation; norms are 1 and 0, and so are biases 0", () => {
    const values = initialParameters(spec, initializer({ name: "normal" }), 0);
    for (const name of [`${block}.ffn.lin1.weight`, "distilbert.embeddings.position_embeddings.weight"]) {
      expect(variance(values.get(name) ?? new Float32Array()) / 0.02 ** 2, name).toBeCloseTo(1, 1);
    }
    expect(new Set(values.get(`${block}.sa_layer_norm.weight`))).toEqual(new Set([1]));
    expect(new Set(values.get(`${block}.sa_layer_norm.bias`))).toEqual(new Set([0]));
    expect(new Set(values.get(`${block}.attention.q_lin.bias`))).toEqual(new Set([0]));
  });

  test("pytorch gives embeddings a deviation of 1, as torch.nn.Embedding does", () => {
    const values = initialParameters(spec, { name: "pytorch" }, 0);
    const positions = values.get("distilbert.embeddings.position_embeddings.weight") ?? new Float32Array();
    expect(variance(positions)).toBeCloseTo(1, 1);
  });

  test.each(["pytorch", "normal", "he"])("%s: the row of padding is zeros, and no other", (name) => {
    const words = initialParameters(spec, initializer({ name }), 0).get(
      "distilbert.embeddings.word_embeddings.weight",
    );
    const isZero = (row: number) => words?.subarray(32 * row, 32 * (row + 1)).every((value) => value === 0);
    expect(Array.from({ length: 100 }, (_, row) => isZero(row)).map(Number)).toEqual([
      1,
      ...Array(99).fill(0),
    ]);
  });
});

// fan-in 20 x 25 = 500, fan-out 50 x 25 = 1250; of fc1, 800 and 500.
describe.each([
  ["glorot", "conv2.weight", 2 / 1750],
  ["glorot", "fc1.weight", 2 / 1300],
  ["he", "conv2.weight", 2 / 500],
  ["he", "fc1.weight", 2 / 800],
] as const)("%s, %s", (name, parameter, expected) => {
  test.each(["uniform", "normal"] as const)("%s has the variance of its paper", (distribution) => {
    const values = tensor(initializer({ name, distribution }), parameter);
    expect(variance(values) / expected).toBeCloseTo(1, 1);
  });

  test("uniform stays within sqrt(3 x variance) and comes near; normal goes beyond", () => {
    const bound = Math.sqrt(3 * expected);
    const uniform = largest(tensor(initializer({ name }), parameter));
    expect(uniform).toBeLessThanOrEqual(Math.fround(bound));
    expect(uniform).toBeGreaterThan(0.999 * bound);
    expect(largest(tensor(initializer({ name, distribution: "normal" }), parameter))).toBeGreaterThan(bound);
  });
});

test("biases of glorot and he are constant", () => {
  expect([...new Set(tensor(initializer({ name: "he" }), "fc1.bias"))]).toEqual([0]);
  const biases = tensor(initializer({ name: "glorot", bias: 0.01 }), "conv1.bias");
  expect([...new Set(biases)]).toEqual([Math.fround(0.01)]);
});

test("the same seed gives the same values, another seed others", () => {
  const pytorch = initializer({ name: "pytorch" });
  const linear = build({ name: "mlp", hidden: [] });
  expect(initialParameters(linear, pytorch, 3)).toEqual(initialParameters(linear, pytorch, 3));
  expect(tensor(pytorch, "conv1.weight", 3)).not.toEqual(tensor(pytorch, "conv1.weight", 4));
});

test("a tensor's values do not depend on the rest of the network", () => {
  const pytorch = initializer({ name: "pytorch" });
  const small = initialParameters(build({ name: "mlp", hidden: [30] }), pytorch, 0);
  const large = initialParameters(build({ name: "mlp", hidden: [30, 20, 10] }), pytorch, 0);
  expect(small.get("fc1.weight")).toEqual(large.get("fc1.weight"));
});
