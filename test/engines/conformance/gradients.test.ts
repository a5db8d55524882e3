import { expect, test } from "vitest";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { expectClose } from "../support/compare.ts";
import { describeEveryEngine, describeFastEngines } from "../support/every-engine.ts";
import { cnn, conv, dense, mlp, oddCnn, optimizers, pool, relu, withoutBiases } from "../support/networks.ts";
import { initialParameters, inOrder, makeExamples } from "../support/problems.ts";

/**
 * Finite differences need more digits than float32 has. So the reference, in float64, is checked with them
 * (test/engines/reference/gradients.test.ts), and the other engines are checked with the reference.
 */
const networks: [string, NetworkSpec][] = [
  ["dense and relu", mlp()],
  ["dense and sigmoid", mlp("mean-squared-error", "sigmoid")],
  ["dense and tanh", mlp("mean-squared-error", "tanh")],
  ["dense without biases", withoutBiases(mlp("mean-squared-error", "sigmoid"))],
  ["convolutions without biases", withoutBiases(oddCnn())],
  ["one dense layer", { ...mlp(), layers: [dense("fc1", 37, 7)] }],
  ["convolutions, pools and relu", cnn()],
  ["convolutions, pools and relu, squared error", cnn("mean-squared-error")],
  ["stride, padding, overlapping pools and tanh", oddCnn()],
  ["stride, padding, overlapping pools and sigmoid", oddCnn("mean-squared-error", "sigmoid")],
];

await describeFastEngines((makeNetwork, makeReference) => {
  test.each(networks)("gradients equal the reference's: %s", async (_title, spec) => {
    const [network, reference] = [
      await makeNetwork(spec, optimizers.plainSgd),
      await makeReference(spec, optimizers.plainSgd),
    ];
    const examples = makeExamples(spec, 70);
    for (const count of [1, 2, 16, 19, 70]) {
      for (const each of [network, reference]) await each.writeParameters(initialParameters(spec));
      const order = inOrder(count).reverse();
      const expected = await reference.gradients(examples, order);
      expectClose(await network.gradients(examples, order), expected, 1e-5, `${count} examples`);
    }
  });
});

await describeEveryEngine((makeNetwork) => {
  test("relu passes no gradient at 0", async () => {
    const spec: NetworkSpec = {
      inputShape: [1],
      layers: [dense("fc1", 1, 1), relu, dense("fc2", 1, 1)],
      loss: "mean-squared-error",
    };
    const network = await makeNetwork(spec, optimizers.plainSgd);
    await network.writeParameters(
      new Map([
        ["fc1.weight", Float32Array.of(0)],
        ["fc1.bias", Float32Array.of(0)],
        ["fc2.weight", Float32Array.of(3)],
        ["fc2.bias", Float32Array.of(5)],
      ]),
    );
    const examples = {
      count: 1,
      shape: [1],
      inputs: { kind: "floats", values: Float32Array.of(2) },
      targets: { kind: "values", values: Float32Array.of(1), width: 1 },
    } as const;
    expect(await network.gradients(examples, inOrder(1))).toEqual(
      new Map([
        ["fc1.weight", Float32Array.of(0)],
        ["fc1.bias", Float32Array.of(0)],
        ["fc2.weight", Float32Array.of(0)],
        // 2 (output - target)
        ["fc2.bias", Float32Array.of(8)],
      ]),
    );
  });

  test("of equal values in a pool's window the first gets the gradient", async () => {
    const spec: NetworkSpec = {
      inputShape: [4, 2, 2],
      layers: [conv("conv1", [4, 1], [1, 1]), pool(2), { kind: "flatten" }, dense("fc1", 1, 1)],
      loss: "mean-squared-error",
    };
    const network = await makeNetwork(spec, optimizers.plainSgd);
    await network.writeParameters(
      new Map([
        ["conv1.weight", Float32Array.of(1, 1, 1, 1)],
        ["conv1.bias", Float32Array.of(0)],
        ["fc1.weight", Float32Array.of(1)],
        ["fc1.bias", Float32Array.of(0)],
      ]),
    );
    // The convolution sums the channels: 0 at the first position, and 1 at the others, each from its own channel.
    const examples = {
      count: 1,
      shape: [4, 2, 2],
      inputs: {
        kind: "floats",
        values: Float32Array.of(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1),
      },
      targets: { kind: "values", values: Float32Array.of(0), width: 1 },
    } as const;
    const gradients = await network.gradients(examples, inOrder(1));
    expect(gradients.get("conv1.weight")).toEqual(Float32Array.of(0, 2, 0, 0));
  });
});
