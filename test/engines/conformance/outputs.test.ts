import { expect, test } from "vitest";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { layerOutputShapes } from "../../../src/network/shapes.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { relativeError } from "../support/compare.ts";
import { describeEveryEngine, describeFastEngines } from "../support/every-engine.ts";
import { cnn, conv, dense, mlp, oddCnn, optimizers, withoutBiases } from "../support/networks.ts";
import { everyPruning, initialParameters, inOrder, makeExamples } from "../support/problems.ts";

const networks = {
  mlp: mlp(),
  cnn: cnn(),
  "odd cnn": oddCnn("mean-squared-error"),
  "mlp without biases": withoutBiases(mlp("mean-squared-error", "sigmoid")),
  "cnn without biases": withoutBiases(cnn()),
  "odd cnn without some biases": withoutBiases(oddCnn("mean-squared-error", "sigmoid"), ["conv2"]),
};
const cases = Object.entries(networks).flatMap(([network, spec]) =>
  everyPruning(spec).map(([pruning, masks]) => ({ network, spec, pruning, masks })),
);

/** Targets that fit no network: what does not read them must not mind. */
function withoutTargets(examples: ExampleSet): ExampleSet {
  return { ...examples, targets: { kind: "values", values: new Float32Array(), width: 0 } };
}

const twoOutputs: NetworkSpec = {
  inputShape: [2],
  layers: [dense("fc1", 2, 2)],
  loss: "softmax-cross-entropy",
};
const three: ExampleSet = {
  count: 3,
  shape: [2],
  inputs: { kind: "floats", values: Float32Array.of(1, 0, 0, 1, 2, 3) },
  targets: { kind: "classes", labels: Uint8Array.of(0, 0, 0), classes: 2 },
};

await describeEveryEngine((makeNetwork, tolerance) => {
  test("outputs are those of the last layer, a row an example, in the order asked for", async () => {
    const network = await makeNetwork(twoOutputs, optimizers.plainSgd);
    await network.writeParameters(
      new Map([
        ["fc1.weight", Float32Array.of(1, 2, 3, 4)],
        ["fc1.bias", Float32Array.of(10, 20)],
      ]),
    );
    const outputs = await network.outputs(withoutTargets(three), Uint32Array.of(2, 0, 1, 2));
    expect(outputs).toEqual(Float32Array.of(18, 38, 11, 23, 12, 24, 18, 38));
    expect(await network.outputs(three, new Uint32Array())).toEqual(new Float32Array());
  });

  test("an image comes out as [channel][y][x]", async () => {
    const spec: NetworkSpec = {
      ...twoOutputs,
      inputShape: [2, 1, 3],
      layers: [conv("conv1", [2, 2], [1, 1])],
    };
    const network = await makeNetwork(spec, optimizers.plainSgd);
    await network.writeParameters(
      new Map([
        ["conv1.weight", Float32Array.of(0, 1, 10, 0)],
        ["conv1.bias", Float32Array.of(0, 0)],
      ]),
    );
    const values = Float32Array.of(1, 2, 3, 4, 5, 6);
    const examples: ExampleSet = {
      ...three,
      count: 1,
      shape: spec.inputShape,
      inputs: { kind: "floats", values },
    };
    expect(await network.outputs(examples, inOrder(1))).toEqual(Float32Array.of(4, 5, 6, 10, 20, 30));
  });

  test("without a bias, what has no inputs left is the activation of 0", async () => {
    const spec: NetworkSpec = {
      inputShape: [2],
      layers: [
        { ...dense("fc1", 2, 3), bias: false },
        { kind: "activation", activation: "sigmoid" },
        { ...dense("fc2", 3, 2), bias: false },
      ],
      loss: "mean-squared-error",
    };
    const network = await makeNetwork(spec, optimizers.plainSgd);
    // Unit 0 of fc1 sees no input: it is 1/2. Unit 1 sees 0 x the input, which is 1/2 as well; unit 2 sees nothing.
    await network.setMasks(new Map([["fc1.weight", Uint8Array.of(0, 0, 1, 1, 0, 0)]]));
    await network.writeParameters(
      new Map([
        ["fc1.weight", Float32Array.of(7, 7, 0, 0, 7, 7)],
        ["fc2.weight", Float32Array.of(1, 2, 4, 8, 16, 32)],
      ]),
    );
    expect(await network.outputs(withoutTargets(three), inOrder(3))).toEqual(
      Float32Array.of(3.5, 28, 3.5, 28, 3.5, 28),
    );
    expect([...(await network.readParameters()).keys()]).toEqual(["fc1.weight", "fc2.weight"]);
    const { slots } = await (await makeNetwork(spec, optimizers.adam)).readOptimizerState();
    for (const tensors of slots.values()) expect([...tensors.keys()]).toEqual(["fc1.weight", "fc2.weight"]);
  });

  test.each(cases)("the loss of an evaluation is that of the outputs: $network, $pruning", async (each) => {
    const { spec, masks } = each;
    const examples = makeExamples(spec, 70);
    const network = await makeNetwork(spec, optimizers.adam);
    await network.writeParameters(initialParameters(spec));
    await network.setMasks(masks);
    const outputs = await network.outputs(examples, inOrder(70));
    const { loss } = await network.evaluate(examples);
    expect(relativeError([lossOf(outputs, examples)], [loss])).toBeLessThanOrEqual(tolerance);
  });

  test("the gradient of the sum of outputs is that of any network, and reads no targets", async () => {
    const network = await makeNetwork(twoOutputs, optimizers.plainSgd);
    const options = { loss: "sum-of-outputs" } as const;
    const gradients = await network.gradients(withoutTargets(three), inOrder(3), options);
    // The mean over the examples of the sum over the outputs: each row has the mean of the inputs.
    expect(gradients.get("fc1.weight")?.map((value) => Math.round(value * 1e6) / 1e6)).toEqual(
      Float32Array.of(1, 4 / 3, 1, 4 / 3).map((value) => Math.round(value * 1e6) / 1e6),
    );
    expect([...(gradients.get("fc1.bias") ?? [])].map((value) => value.toFixed(6))).toEqual([
      "1.000000",
      "1.000000",
    ]);
  });

  test("of ones through positive weights it is the number of paths: SynFlow's saliency", async () => {
    const spec: NetworkSpec = {
      inputShape: [3],
      layers: [dense("fc1", 3, 2), { kind: "activation", activation: "relu" }, dense("fc2", 2, 2)],
      loss: "mean-squared-error",
    };
    const network = await makeNetwork(spec, optimizers.plainSgd);
    await network.writeParameters(
      new Map([
        ["fc1.weight", Float32Array.of(1, 2, 3, 4, 5, 6)],
        ["fc1.bias", Float32Array.of(0, 0)],
        ["fc2.weight", Float32Array.of(1, 2, 3, 4)],
        ["fc2.bias", Float32Array.of(0, 0)],
      ]),
    );
    const ones: ExampleSet = {
      ...three,
      count: 1,
      shape: [3],
      inputs: { kind: "floats", values: Float32Array.of(1, 1, 1) },
    };
    expect(await network.gradients(ones, inOrder(1), { loss: "sum-of-outputs" })).toEqual(
      new Map([
        ["fc1.weight", Float32Array.of(4, 4, 4, 6, 6, 6)],
        ["fc1.bias", Float32Array.of(4, 6)],
        ["fc2.weight", Float32Array.of(6, 15, 6, 15)],
        ["fc2.bias", Float32Array.of(1, 1)],
      ]),
    );
  });
});

await describeFastEngines((makeNetwork, makeReference) => {
  test.each(cases)("outputs equal the reference's: $network, $pruning", async ({ spec, masks }) => {
    const examples = makeExamples(spec, 70);
    const outputs = [];
    for (const make of [makeNetwork, makeReference]) {
      const network = await make(spec, optimizers.plainSgd);
      await network.writeParameters(initialParameters(spec));
      await network.setMasks(masks);
      outputs.push(await network.outputs(examples, inOrder(70).reverse()));
    }
    const [actual = [], expected = []] = outputs;
    expect(relativeError(actual, expected)).toBeLessThanOrEqual(1e-5);
    expect(actual).toHaveLength(70 * (layerOutputShapes(spec).at(-1)?.[0] ?? 0));
  });
});

/** The mean loss of outputs, from its definition. */
function lossOf(outputs: Float32Array, { count, targets }: ExampleSet): number {
  const width = outputs.length / count;
  let sum = 0;
  for (let example = 0; example < count; example++) {
    const row = outputs.subarray(example * width, (example + 1) * width);
    if (targets.kind === "classes") {
      const total = row.reduce((total, logit) => total + Math.exp(logit), 0);
      sum += Math.log(total) - (row[targets.labels[example] ?? 0] ?? 0);
    } else {
      const target = targets.values.subarray(example * width);
      sum += row.reduce((total, output, i) => total + (output - (target[i] ?? 0)) ** 2, 0) / width;
    }
  }
  return sum / count;
}
