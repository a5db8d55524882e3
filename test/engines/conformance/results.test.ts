import { expect, test } from "vitest";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { describeEveryEngine } from "../support/every-engine.ts";
import { cnn, dense, mlp, optimizers } from "../support/networks.ts";
import { initialParameters, inOrder, makeExamples } from "../support/problems.ts";

const options = { batchSize: 2, learningRate: 0.1 };

/** One dense layer from one value to two logits: with its parameters 0 it starts at a loss of log 2. */
const twoClasses: NetworkSpec = {
  inputShape: [1],
  layers: [dense("fc1", 1, 2)],
  loss: "softmax-cross-entropy",
};

function labelled(inputs: readonly number[], labels: readonly number[]): ExampleSet {
  return {
    count: labels.length,
    shape: [1],
    inputs: { kind: "floats", values: Float32Array.from(inputs) },
    targets: { kind: "classes", labels: Uint8Array.from(labels), classes: 2 },
  };
}

await describeEveryEngine((makeNetwork) => {
  test("of equal logits the first class is the answer", async () => {
    const network = await makeNetwork(twoClasses, optimizers.plainSgd);
    const { loss, accuracy } = await network.evaluate(labelled([1, 2, 3, 4, 5], [0, 1, 0, 0, 1]));
    expect(accuracy).toBe(0.6);
    expect(loss).toBeCloseTo(Math.log(2), 6);
  });

  test("a smaller last batch is averaged over its own examples", async () => {
    const network = await makeNetwork(twoClasses, optimizers.plainSgd);
    // Both logits are 0 before each step, as inputs are 0 and the first two examples pull the bias both ways.
    // The last example, alone in its batch, moves the bias by the learning rate x (1/2, -1/2).
    const { loss, finite } = await network.train(labelled([0, 0, 0], [0, 1, 0]), inOrder(3), options);
    expect(loss).toBeCloseTo(Math.log(2), 6);
    expect(finite).toBe(true);
    const bias = (await network.readParameters()).get("fc1.bias");
    expect(bias?.[0]).toBeCloseTo(0.05, 7);
    expect(bias?.[1]).toBeCloseTo(-0.05, 7);
  });

  test("the training loss is measured before each step, the mean over examples", async () => {
    const spec = mlp();
    const examples = makeExamples(spec, 50);
    const network = await makeNetwork(spec, optimizers.adam);
    await network.writeParameters(initialParameters(spec));
    const { loss } = await network.evaluate(examples);
    // At a learning rate of 0 nothing moves, so that all batches see the same parameters.
    const result = await network.train(examples, inOrder(50), { batchSize: 16, learningRate: 0 });
    expect(result.loss).toBeCloseTo(loss, 5);
  });

  test("bytes are read as byte * scale + offset", async () => {
    const spec = mlp();
    const bytes = makeExamples(spec, 20);
    const { inputs } = bytes;
    if (inputs.kind !== "bytes") throw new TypeError("bytes are what makeExamples makes");
    const [scale, offset] = [1 / 128, -0.5];
    const floats = Float32Array.from(inputs.values, (byte) => byte * scale + offset);
    const network = await makeNetwork(spec, optimizers.adam);
    await network.writeParameters(initialParameters(spec));
    // Both are exact in float32, so that it makes no difference.
    expect(await network.evaluate({ ...bytes, inputs: { ...inputs, scale, offset } })).toEqual(
      await network.evaluate({ ...bytes, inputs: { kind: "floats", values: floats } }),
    );
  });

  test("an example may occur more than once in the order", async () => {
    const network = await makeNetwork(twoClasses, optimizers.plainSgd);
    const gradients = await network.gradients(labelled([0, 0], [0, 1]), Uint32Array.of(0, 0, 0, 1));
    expect(gradients.get("fc1.bias")).toEqual(Float32Array.of(-0.25, 0.25));
  });

  test("regression has a loss and no accuracy", async () => {
    const spec: NetworkSpec = { ...twoClasses, loss: "mean-squared-error" };
    const network = await makeNetwork(spec, optimizers.plainSgd);
    const examples: ExampleSet = {
      ...labelled([0, 0], [0, 0]),
      targets: { kind: "values", values: Float32Array.of(1, 2, 3, 4), width: 2 },
    };
    expect(await network.evaluate(examples)).toEqual({ loss: (1 + 4 + 9 + 16) / 4, accuracy: undefined });
  });

  test("large logits do not overflow", async () => {
    const network = await makeNetwork(twoClasses, optimizers.plainSgd);
    await network.writeParameters(
      new Map([
        ["fc1.weight", Float32Array.of(1e4, -1e4)],
        ["fc1.bias", Float32Array.of(0, 0)],
      ]),
    );
    expect(await network.evaluate(labelled([1, 1], [0, 0]))).toEqual({ loss: 0, accuracy: 1 });
    expect(await network.evaluate(labelled([1], [1]))).toEqual({ loss: 2e4, accuracy: 0 });
  });

  test.each([
    ["mlp", mlp()],
    ["cnn", cnn()],
  ])("a loss that is not finite is reported, and training goes on to the end: %s", async (_title, spec) => {
    const examples = makeExamples(spec, 48);
    for (const poison of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const network = await makeNetwork(spec, optimizers.adam);
      const parameters = initialParameters(spec);
      [...parameters.values()][1]?.fill(poison);
      await network.writeParameters(parameters);
      const result = await network.train(examples, inOrder(48), { batchSize: 16, learningRate: 0.001 });
      expect(result.finite).toBe(false);
      expect(Number.isFinite(result.loss)).toBe(false);
      expect((await network.readOptimizerState()).step).toBe(3);
      expect(Number.isFinite((await network.evaluate(examples)).loss)).toBe(false);
    }
  });

  test("divergence within a call is reported", async () => {
    const spec = mlp("mean-squared-error");
    const network = await makeNetwork(spec, optimizers.plainSgd);
    await network.writeParameters(initialParameters(spec));
    const steep = { batchSize: 16, learningRate: 1e20 };
    expect((await network.train(makeExamples(spec, 160), inOrder(160), steep)).finite).toBe(false);
  });
});
