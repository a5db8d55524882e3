import { describe, expect, test } from "vitest";
import { hessianProduct } from "../../../src/engines/reference/hessian-product.ts";
import { ReferenceNetwork } from "../../../src/engines/reference/network.ts";
import { type Parameters, parameterSpecs } from "../../../src/network/parameters.ts";
import type { LayerSpec, NetworkSpec } from "../../../src/network/specification.ts";
import { expectClose } from "../support/compare.ts";
import { symmetric } from "../support/numbers.ts";
import { initialParameters, inOrder, makeExamples } from "../support/problems.ts";

const padded: LayerSpec = {
  kind: "conv2d",
  name: "conv1",
  inChannels: 2,
  outChannels: 3,
  kernelHeight: 3,
  kernelWidth: 2,
  stride: 2,
  padding: 1,
};
/** Without a corner, so that differences of gradients tell the same. */
const smooth: readonly (readonly [string, NetworkSpec])[] = [
  [
    "dense, tanh and sigmoid",
    {
      inputShape: [5],
      loss: "softmax-cross-entropy",
      layers: [
        { kind: "dense", name: "fc1", inputs: 5, outputs: 4 },
        { kind: "activation", activation: "tanh" },
        { kind: "dense", name: "fc2", inputs: 4, outputs: 4, bias: false },
        { kind: "activation", activation: "sigmoid" },
        { kind: "dense", name: "fc3", inputs: 4, outputs: 3 },
      ],
    },
  ],
  [
    "a padded convolution, max-pool and a regression",
    {
      inputShape: [2, 6, 5],
      loss: "mean-squared-error",
      layers: [
        padded,
        { kind: "activation", activation: "tanh" },
        { kind: "max-pool", size: 2, stride: 1 },
        { kind: "flatten" },
        { kind: "dense", name: "fc1", inputs: 12, outputs: 2 },
      ],
    },
  ],
];

/** Values of all parameters by the formula. */
function vectorOf(spec: NetworkSpec, salt: number): Parameters {
  return new Map(parameterSpecs(spec).map(({ name, size }, i) => [name, symmetric(size, salt + i, 1)]));
}

function dot(a: Parameters, b: Parameters): number {
  let sum = 0;
  for (const [name, values] of a)
    values.forEach((value, i) => (sum += value * (b.get(name)?.[i] ?? Number.NaN)));
  return sum;
}

describe.each(smooth)("the Hessian of %s", (_, spec) => {
  const weights = initialParameters(spec);
  const examples = makeExamples(spec, 6);
  const productWith = (direction: Parameters) =>
    hessianProduct(spec, weights, direction, examples, inOrder(6));

  test("is what gradients change by along the direction", async () => {
    const network = new ReferenceNetwork(spec, { name: "sgd", momentum: 0, weightDecay: 0 });
    const direction = vectorOf(spec, 700);
    const step = 2 ** -10;
    const gradientAt = async (sign: number) => {
      const moved = [...weights].map(([name, values]) => {
        const along = direction.get(name) ?? new Float32Array();
        return [name, values.map((value, i) => value + sign * step * (along[i] as number))] as const;
      });
      await network.writeParameters(new Map(moved));
      return network.gradients(examples, inOrder(6));
    };
    const [ahead, behind] = [await gradientAt(1), await gradientAt(-1)];
    const expected = [...ahead].map(([name, values]) => {
      const others = behind.get(name) ?? new Float32Array();
      return [name, values.map((value, i) => (value - (others[i] as number)) / (2 * step))] as const;
    });
    expectClose(productWith(direction), new Map(expected), 1e-3);
  });

  test("is symmetric", () => {
    const [a, b] = [vectorOf(spec, 700), vectorOf(spec, 800)];
    expect(dot(a, productWith(b)) / dot(b, productWith(a))).toBeCloseTo(1, 4);
  });
});

test("a ReLU counts as the straight line that it is near the weights", () => {
  // y = v relu(w x), x = 1, target 0: the loss is (v w)^2, with the Hessian [2 v^2, 4 v w; 4 v w, 2 w^2].
  const spec: NetworkSpec = {
    inputShape: [1],
    loss: "mean-squared-error",
    layers: [
      { kind: "dense", name: "fc1", inputs: 1, outputs: 1, bias: false },
      { kind: "activation", activation: "relu" },
      { kind: "dense", name: "fc2", inputs: 1, outputs: 1, bias: false },
    ],
  };
  const one = {
    count: 1,
    shape: [1],
    inputs: { kind: "floats", values: Float32Array.of(1) },
    targets: { kind: "values", values: Float32Array.of(0), width: 1 },
  } as const;
  const of = (fc1: number, fc2: number) =>
    new Map([
      ["fc1.weight", Float32Array.of(fc1)],
      ["fc2.weight", Float32Array.of(fc2)],
    ]);
  const order = Uint32Array.of(0);
  expect(hessianProduct(spec, of(3, 5), of(1, 0), one, order)).toEqual(of(50, 60));
  expect(hessianProduct(spec, of(3, 5), of(0, 1), one, order)).toEqual(of(60, 18));
  // Near as it is to where the unit would turn on.
  expect(hessianProduct(spec, of(-1e-6, 5), of(1, 1), one, order)).toEqual(of(0, 0));
});
