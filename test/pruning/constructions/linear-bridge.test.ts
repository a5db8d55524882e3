import { expect, test } from "vitest";
import { buildNetwork, modelSchema } from "../../../src/models/registry.ts";
import { countKept } from "../../../src/network/mask.ts";
import { linearBridge } from "../../../src/pruning/constructions/linear-bridge.ts";
import { measureNetwork } from "../../../src/pruning/measure.ts";
import { blueprint, lists, material, regression } from "./network.ts";

const options = (changes: object = {}) => linearBridge.options.parse(changes);
/** Two inputs, three hidden units, one output; and y = 3 x1 - x2 + 0.5. */
const spec = regression(2, [3], 1);
const teacher = new Map([
  ["fc1.weight", Float32Array.of(3, -1)],
  ["fc1.bias", Float32Array.of(0.5)],
]);

test("each input has a hidden unit, and the output bias takes off what the sigmoid is at 0", () => {
  // 3 / (.5 x .25) = 24, -1 / .125 = -8; .5 - (24 - 8) / 2 = -7.5.
  const values = linearBridge.values(material(spec, { teacher }), options({ eps: 0.5 }));
  expect(lists(values)).toEqual({
    "fc1.weight": [0.5, 0, 0, 0.5, 0, 0],
    "fc1.bias": [0, 0, 0],
    "fc2.weight": [24, -8, 0],
    "fc2.bias": [-7.5],
  });
});

test("what is set is kept, and nothing else", () => {
  expect(lists(linearBridge.masks(blueprint(spec), options()))).toEqual({
    "fc1.weight": [1, 0, 0, 1, 0, 0],
    "fc1.bias": [0, 0, 0],
    "fc2.weight": [1, 1, 0],
    "fc2.bias": [1],
  });
});

test("hidden biases may stay as they are before training", () => {
  const kept = options({ hiddenBiases: "kept" });
  expect([...(linearBridge.masks(blueprint(spec), kept).get("fc1.bias") ?? [])]).toEqual([1, 1, 1]);
  const values = linearBridge.values(material(spec, { teacher }), kept);
  expect([...(values.get("fc1.bias") ?? [])]).toEqual([0.01, 0.01, 0.01].map(Math.fround));
});

test("its function is the linear model up to eps^2", () => {
  const [x1, x2] = [0.7, -1.3];
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const errors = [0.1, 0.01].map((eps) => {
    const values = linearBridge.values(material(spec, { teacher }), options({ eps }));
    const [w1 = 0, w2 = 0] = values.get("fc2.weight") ?? [];
    const [bias = 0] = values.get("fc2.bias") ?? [];
    const output = w1 * sigmoid(eps * x1) + w2 * sigmoid(eps * x2) + bias;
    return Math.abs(output - (3 * x1 - x2 + 0.5));
  });
  expect(errors[0]).toBeLessThan(0.005);
  expect((errors[0] ?? 0) / (errors[1] ?? 1)).toBeGreaterThan(50);
});

test("of 128 inputs, 1,024 hidden units and 10 outputs it keeps 1,418 parameters, with the hidden biases 2,442", () => {
  const large = regression(128, [1024], 10);
  const keeps = (changes: object) =>
    measureNetwork(large, linearBridge.masks(blueprint(large), options(changes)), []);
  expect(keeps({}).parameters).toBe(142_346);
  expect(keeps({}).nonzeroParameters).toBe(1418);
  expect(keeps({ hiddenBiases: "kept" }).nonzeroParameters).toBe(2442);
});

test("a weight of the linear model that happens to be 0 is kept like the others", () => {
  const zeros = new Map([...teacher].map(([name, values]) => [name, new Float32Array(values.length)]));
  const values = linearBridge.values(material(spec, { teacher: zeros }), options());
  expect([...(values.get("fc2.weight") ?? [])]).toEqual([0, 0, 0]);
  expect(
    countKept(linearBridge.masks(blueprint(spec), options()).get("fc2.weight") ?? new Uint8Array()),
  ).toBe(2);
});

test("images are flattened first", () => {
  const mlp = modelSchema().parse({ name: "mlp", hidden: [12], activation: "sigmoid" });
  const images = buildNetwork(mlp, [1, 3, 4], 2, "softmax-cross-entropy");
  expect(linearBridge.misfit?.(blueprint(images), options())).toBeUndefined();
});

const oneHidden = "it makes networks of one hidden layer, dense, of sigmoid units";

test.each([
  [
    "too narrow",
    regression(4, [3], 1),
    "each of the 4 inputs needs a hidden unit of its own, and there are 3",
  ],
  ["without a hidden layer", regression(2, [], 1), oneHidden],
  ["with two", regression(2, [3, 3], 1), oneHidden],
  [
    "without biases",
    regression(2, [3], 1, { activation: "sigmoid", bias: false }),
    "its output layer has no biases to take the halves off",
  ],
  ["of other units", regression(2, [3], 1, { activation: "tanh" }), oneHidden],
  [
    "that convolves",
    buildNetwork(
      modelSchema().parse({ name: "cnn", layers: [{ conv: 2 }], activation: "sigmoid" }),
      [1, 5, 5],
      2,
      "mean-squared-error",
    ),
    oneHidden,
  ],
])("does not fit a network %s", (_what, network, reason) => {
  expect(linearBridge.misfit?.(blueprint(network), options())).toBe(reason);
});
