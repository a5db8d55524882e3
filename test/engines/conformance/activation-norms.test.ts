import { expect, test } from "vitest";
import type { Network } from "../../../src/engines/engine.ts";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { layerOutputShapes } from "../../../src/network/shapes.ts";
import type { Conv2dSpec, NetworkSpec } from "../../../src/network/specification.ts";
import { expectClose } from "../support/compare.ts";
import { describeEveryEngine, describeFastEngines, type MakeNetwork } from "../support/every-engine.ts";
import { cnn, conv, dense, mlp, oddCnn, optimizers, relu, withoutBiases } from "../support/networks.ts";
import { everyPruning, initialParameters, inOrder, makeExamples } from "../support/problems.ts";

const activationFirst: NetworkSpec = {
  ...mlp(),
  layers: [{ kind: "activation", activation: "tanh" }, ...mlp().layers],
};
const networks = {
  mlp: mlp(),
  cnn: cnn(),
  "odd cnn": oddCnn(),
  "activation first": activationFirst,
  "mlp without biases": withoutBiases(mlp()),
};
const cases = Object.entries(networks).flatMap(([network, spec]) =>
  everyPruning(spec).map(([pruning, masks]) => ({ network, spec, pruning, masks })),
);
const order = inOrder(70).reverse().subarray(0, 67);

await describeEveryEngine((makeNetwork) => {
  test("of a dense layer they are those of its inputs", async () => {
    const spec: NetworkSpec = {
      inputShape: [2],
      layers: [dense("fc1", 2, 2), relu, dense("fc2", 2, 1)],
      loss: "mean-squared-error",
    };
    const network = await makeNetwork(spec, optimizers.plainSgd);
    await network.writeParameters(
      new Map([
        ["fc1.weight", Float32Array.of(1, 1, 1, -1)],
        ["fc1.bias", Float32Array.of(0, 0)],
        ["fc2.weight", Float32Array.of(1, 1)],
        ["fc2.bias", Float32Array.of(0)],
      ]),
    );
    const norms = await network.activationNorms(floats([2], [3, 0, 4, 12, 9, 9]), Uint32Array.of(0, 1));
    // fc1 gives (3, 3) and (16, -8), of which relu leaves (3, 3) and (16, 0).
    expect(norms).toEqual(
      new Map([
        ["fc1", Float32Array.of(5, 12)],
        ["fc2", Float32Array.of(Math.sqrt(9 + 256), 3)],
      ]),
    );
  });

  test("of a convolution they are those of the unfolded patches, a border of zeros included", async () => {
    const spec: NetworkSpec = {
      inputShape: [2, 1, 3],
      layers: [conv("conv1", [2, 1], [3, 2], { stride: 2, padding: 1 })],
      loss: "mean-squared-error",
    };
    const network = await makeNetwork(spec, optimizers.plainSgd);
    const norms = await network.activationNorms(floats([2, 1, 3], [1, 2, 3, 4, 5, 6]), inOrder(1));
    // Two windows, side by side, of which the middle row meets the image: (0, 1) and (2, 3); then (0, 4) and (5, 6).
    const [first, second] = [
      [2, Math.sqrt(1 + 9)],
      [5, Math.sqrt(16 + 36)],
    ];
    expect(norms).toEqual(new Map([["conv1", Float32Array.of(0, 0, ...first, 0, 0, 0, 0, ...second, 0, 0)]]));
  });

  test.each(cases)("they are those of what the layers before give: $network, $pruning", async (each) => {
    const { spec, masks } = each;
    const examples = makeExamples(spec, 70);
    const network = await makeNetwork(spec, optimizers.adam);
    await network.setMasks(masks);
    await network.writeParameters(initialParameters(spec));
    const norms = await network.activationNorms(examples, order);
    expectClose(norms, await normsLayerByLayer(makeNetwork, network, examples), 1e-5);
  });
});

await describeFastEngines((makeNetwork, makeReference) => {
  test.each(cases)("they equal the reference's: $network, $pruning", async ({ spec, masks }) => {
    const norms = [];
    for (const make of [makeNetwork, makeReference]) {
      const network = await make(spec, optimizers.plainSgd);
      await network.writeParameters(initialParameters(spec));
      await network.setMasks(masks);
      norms.push(await network.activationNorms(makeExamples(spec, 70), order));
    }
    const [actual = new Map(), expected = new Map()] = norms;
    expectClose(actual, expected, 1e-5);
  });
});

function floats(shape: readonly number[], values: readonly number[]): ExampleSet {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return {
    count: values.length / size,
    shape,
    inputs: { kind: "floats", values: Float32Array.from(values) },
    targets: { kind: "values", values: new Float32Array(), width: 0 },
  };
}

/** The norms by their definition: patches of the outputs of the network that ends before each layer. */
async function normsLayerByLayer(make: MakeNetwork, network: Network, examples: ExampleSet) {
  const { spec } = network;
  const shapes = [spec.inputShape, ...layerOutputShapes(spec)];
  const norms = new Map<string, Float32Array>();
  for (const [index, layer] of spec.layers.entries()) {
    if (layer.kind !== "dense" && layer.kind !== "conv2d") continue;
    const shape = shapes[index] ?? [];
    const inputs = await outputsBefore(make, network, index, examples);
    const size = inputs.length / order.length;
    const patches = Array.from(order, (_, example) => {
      const values = inputs.subarray(example * size, (example + 1) * size);
      return layer.kind === "dense" ? [[...values]] : patchesOf(layer, shape, values);
    }).flat();
    const sums = (patches[0] ?? []).map((_, column) =>
      patches.reduce((sum, patch) => sum + (patch[column] ?? 0) ** 2, 0),
    );
    norms.set(layer.name, Float32Array.from(sums, Math.sqrt));
  }
  return norms;
}

async function outputsBefore(make: MakeNetwork, whole: Network, index: number, examples: ExampleSet) {
  const layers = whole.spec.layers.slice(0, index);
  if (layers.length === 0) return inputValues(examples);
  const part = await make({ ...whole.spec, layers }, optimizers.plainSgd);
  await part.writeParameters(await whole.readParameters());
  return part.outputs(examples, order);
}

function inputValues({ inputs, shape }: ExampleSet): Float32Array {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const scale = inputs.kind === "bytes" ? inputs.scale : 1;
  return Float32Array.from(
    Array.from(order, (example) => [...inputs.values.subarray(example * size, (example + 1) * size)]).flat(),
    (value) => value * scale,
  );
}

/** What the weights of one output meet at each position, [inChannels * kernelHeight * kernelWidth] each. */
function patchesOf(layer: Conv2dSpec, shape: readonly number[], image: Float32Array): number[][] {
  const [, height = 1, width = 1] = shape;
  const { inChannels, kernelHeight, kernelWidth, stride, padding } = layer;
  const at = (channel: number, y: number, x: number) =>
    y < 0 || x < 0 || y >= height || x >= width ? 0 : (image[(channel * height + y) * width + x] ?? 0);
  const patches: number[][] = [];
  for (let top = -padding; top + kernelHeight <= height + padding; top += stride) {
    for (let left = -padding; left + kernelWidth <= width + padding; left += stride) {
      const patch: number[] = [];
      for (let channel = 0; channel < inChannels; channel++)
        for (let y = 0; y < kernelHeight; y++)
          for (let x = 0; x < kernelWidth; x++) patch.push(at(channel, top + y, left + x));
      patches.push(patch);
    }
  }
  return patches;
}
