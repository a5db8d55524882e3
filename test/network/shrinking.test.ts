import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ExampleSet, exampleSize } from "../../src/engines/examples.ts";
import { ReferenceNetwork } from "../../src/engines/reference/network.ts";
import { connectionsOf } from "../../src/network/connections.ts";
import type { Masks } from "../../src/network/mask.ts";
import { type Parameters, parameterCount, parameterSpecs } from "../../src/network/parameters.ts";
import { layerOutputShapes } from "../../src/network/shapes.ts";
import {
  expandTensors,
  type SmallerNetwork,
  shrinkMasks,
  shrinkNetwork,
  shrinkTensors,
} from "../../src/network/shrinking.ts";
import type { NetworkSpec } from "../../src/network/specification.ts";
import { connectedUnits } from "../../src/network/units.ts";
import { expectClose, expectSameBits } from "../engines/support/compare.ts";
import { cnn, conv, dense, optimizers, pool, relu } from "../engines/support/networks.ts";
import { initialParameters, inOrder, makeExamples } from "../engines/support/problems.ts";
import { convNetwork, denseNetwork, masked } from "./random-networks.ts";

/** Keeps the given outputs of each layer, and all inputs. */
function keeping(spec: NetworkSpec, outputs: readonly (readonly number[])[]): SmallerNetwork {
  const connections = connectionsOf(spec);
  const units = connections.weighted.map((_, i) => Int32Array.from(outputs[i] ?? []));
  const inputs = new Int32Array(connections.weighted[0]?.inputUnits ?? 0).map((_, unit) => unit);
  return shrinkNetwork(
    connections,
    connections.weighted.map((stage, i) => ({
      stage,
      inputs: units[i - 1] ?? inputs,
      outputs: units[i] ?? inputs,
    })),
  );
}

/** Without what leads nowhere. */
function withoutDead(spec: NetworkSpec, masks: Masks): SmallerNetwork {
  const connections = connectionsOf(spec);
  const units = connectedUnits(connections, masks, () => false);
  return shrinkNetwork(
    connections,
    units.map(({ stage, inputs, outputs }) => ({
      stage,
      inputs: inputs.varying,
      outputs: outputs.varying,
    })),
  );
}

/** The values of the examples that the smaller network takes. */
function examplesFor({ spec, features }: SmallerNetwork, examples: ExampleSet): ExampleSet {
  if (features === undefined) return examples;
  const size = exampleSize(examples);
  const example = (i: number) => examples.inputs.values.subarray(i * size, (i + 1) * size);
  const taken = [...Array(examples.count).keys()].flatMap((i) =>
    Array.from(features, (feature) => example(i)[feature] as number),
  );
  return {
    ...examples,
    shape: spec.inputShape,
    inputs: { kind: "bytes", values: Uint8Array.from(taken), scale: 1 / 255, offset: 0 },
  };
}

async function compute(spec: NetworkSpec, parameters: Parameters, masks: Masks, examples: ExampleSet) {
  const network = new ReferenceNetwork(spec, optimizers.plainSgd);
  await network.setMasks(masks);
  await network.writeParameters(parameters);
  const { loss } = await network.evaluate(examples);
  return { loss, gradients: await network.gradients(examples, inOrder(examples.count)) };
}

/** 0, 1, 2, ... through all tensors. */
function numbered(spec: NetworkSpec): Parameters {
  let next = 0;
  return new Map(
    parameterSpecs(spec).map(({ name, size }) => [name, new Float32Array(size).map(() => next++)]),
  );
}

const zeros = (spec: NetworkSpec): Parameters =>
  new Map(parameterSpecs(spec).map(({ name, size }) => [name, new Float32Array(size)]));

describe("a filter goes with its bias and the next layer's columns", () => {
  const spec: NetworkSpec = {
    inputShape: [1, 4, 4],
    layers: [
      conv("conv", [1, 3], [1, 2]),
      relu,
      pool(2),
      { kind: "flatten" },
      dense("fc1", 6, 2),
      dense("fc2", 2, 2),
    ],
    loss: "mean-squared-error",
  };
  const smaller = keeping(spec, [[0, 2], [1], [0, 1]]);

  test("in the specification", () => {
    expect(smaller.features).toBeUndefined();
    expect(smaller.spec).toEqual({
      ...spec,
      layers: [
        conv("conv", [1, 2], [1, 2]),
        relu,
        pool(2),
        { kind: "flatten" },
        dense("fc1", 4, 1),
        dense("fc2", 1, 2),
      ],
    });
  });

  test("and in the tensors", () => {
    const tensors = shrinkTensors(smaller, numbered(spec));
    // Of conv 6 weights and 3 biases; of fc1 2 x 6 weights, 2 columns a filter, and 2 biases; of fc2 4 and 2.
    expect(Object.fromEntries([...tensors].map(([name, values]) => [name, [...values]]))).toEqual({
      "conv.weight": [0, 1, 4, 5],
      "conv.bias": [6, 8],
      "fc1.weight": [15, 16, 19, 20],
      "fc1.bias": [22],
      "fc2.weight": [24, 26],
      "fc2.bias": [27, 28],
    });
  });

  test("masks follow where there are any", () => {
    const masks = shrinkMasks(smaller, new Map([["conv.bias", Uint8Array.of(0, 0, 1)]]));
    expect([...masks]).toEqual([["conv.bias", Uint8Array.of(0, 1)]]);
  });

  test("what has no tensor is named", () => {
    const some: Parameters = new Map([["conv.weight", new Float32Array(6)]]);
    expect(() => shrinkTensors(smaller, some)).toThrow("no tensor named 'conv.bias'");
    expect(() => expandTensors(smaller, some, zeros(spec))).toThrow("no tensor named 'conv.bias'");
  });
});

test("inputs are taken one by one by a dense layer, as channels by a convolution", () => {
  const flat: NetworkSpec = {
    inputShape: [2, 1, 2],
    layers: [{ kind: "flatten" }, dense("fc", 4, 1)],
    loss: "mean-squared-error",
  };
  const one = withoutDead(flat, new Map([["fc.weight", Uint8Array.of(0, 1, 1, 0)]]));
  expect([...(one.features ?? [])]).toEqual([1, 2]);
  expect(one.spec.inputShape).toEqual([2]);

  const images: NetworkSpec = {
    inputShape: [3, 1, 2],
    layers: [conv("conv", [3, 1], [1, 2])],
    loss: "mean-squared-error",
  };
  const channels = withoutDead(images, new Map([["conv.weight", Uint8Array.of(1, 0, 0, 0, 0, 1)]]));
  expect([...(channels.features ?? [])]).toEqual([0, 1, 4, 5]);
  expect(channels.spec.inputShape).toEqual([2, 1, 2]);
});

test("without masks it is the whole network", () => {
  const spec = cnn();
  const smaller = withoutDead(spec, new Map());
  expect(smaller.spec).toEqual(spec);
  expectSameBits(shrinkTensors(smaller, numbered(spec)), numbered(spec));
});

describe.each([
  ["dense", denseNetwork],
  ["convolutional", convNetwork],
])("of random %s networks without their dead units", (_name, network) => {
  test("losses and gradients are those of the whole network", async () => {
    await fc.assert(
      fc.asyncProperty(masked(network), async ({ spec, masks }) => {
        const smaller = withoutDead(spec, masks);
        const parameters = initialParameters(spec);
        const examples = makeExamples(spec, 5);
        const whole = await compute(spec, parameters, masks, examples);
        const small = await compute(
          smaller.spec,
          shrinkTensors(smaller, parameters),
          shrinkMasks(smaller, masks),
          examplesFor(smaller, examples),
        );
        expect(small.loss).toBe(whole.loss);
        expectClose(small.gradients, shrinkTensors(smaller, whole.gradients), 0);
        // What is removed has no gradient.
        const expanded = zeros(spec);
        expandTensors(smaller, small.gradients, expanded);
        expectClose(expanded, whole.gradients, 0);
      }),
      { numRuns: 150 },
    );
  });

  test("the specification is sound, and has the parameters that its tensors have", () => {
    fc.assert(
      fc.property(masked(network), ({ spec, masks }) => {
        const smaller = withoutDead(spec, masks);
        expect(layerOutputShapes(smaller.spec).at(-1)).toEqual([2]);
        const tensors = shrinkTensors(smaller, numbered(spec));
        expect([...tensors].map(([name, { length }]) => [name, length])).toEqual(
          parameterSpecs(smaller.spec).map(({ name, size }) => [name, size]),
        );
        const values = [...tensors.values()].flatMap((tensor) => [...tensor]);
        expect(new Set(values).size).toBe(parameterCount(smaller.spec));
      }),
    );
  });

  test("tensors come back to where they were taken from", () => {
    fc.assert(
      fc.property(masked(network), ({ spec, masks }) => {
        const smaller = withoutDead(spec, masks);
        const tensors = shrinkTensors(smaller, numbered(spec));
        const whole = zeros(spec);
        expandTensors(smaller, tensors, whole);
        expectSameBits(shrinkTensors(smaller, whole), tensors);
        for (const [name, values] of numbered(spec)) {
          whole.get(name)?.forEach((value, i) => {
            if (value !== 0) expect(value).toBe(values[i]);
          });
        }
      }),
    );
  });
});
