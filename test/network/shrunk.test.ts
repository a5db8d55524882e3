import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ExampleSet, exampleSize } from "../../src/engines/examples.ts";
import { ReferenceNetwork } from "../../src/engines/reference/network.ts";
import type { Masks } from "../../src/network/mask.ts";
import type { Parameters } from "../../src/network/parameters.ts";
import { type ShrunkNetwork, shrinkMasked } from "../../src/network/shrunk.ts";
import type { NetworkSpec } from "../../src/network/specification.ts";
import { dense, optimizers, relu } from "../engines/support/networks.ts";
import { initialParameters, inOrder, makeExamples } from "../engines/support/problems.ts";
import { convNetwork, denseNetwork, masked } from "./random-networks.ts";

async function outputsOf(
  { spec, parameters, masks }: { spec: NetworkSpec; parameters: Parameters; masks: Masks },
  examples: ExampleSet,
) {
  const network = new ReferenceNetwork(spec, optimizers.plainSgd);
  await network.setMasks(masks);
  await network.writeParameters(parameters);
  return network.outputs(examples, inOrder(examples.count));
}

/** The values of the examples that the smaller network takes. */
function examplesFor({ spec, features }: ShrunkNetwork, examples: ExampleSet): ExampleSet {
  if (features === undefined) return examples;
  const size = exampleSize(examples);
  const values = Float32Array.from({ length: examples.count * features.length }, (_, i) => {
    const example = Math.floor(i / features.length);
    return examples.inputs.values[example * size + (features[i % features.length] as number)] as number;
  });
  const { inputs } = examples;
  const taken =
    inputs.kind === "bytes"
      ? { ...inputs, values: Uint8Array.from(values) }
      : { kind: "floats" as const, values };
  return { ...examples, shape: spec.inputShape, inputs: taken };
}

function zeroed(parameters: Parameters, masks: Masks): Parameters {
  return new Map(
    [...parameters].map(([name, values]) => [
      name,
      values.map((value, i) => (masks.get(name)?.[i] === 0 ? 0 : value)),
    ]),
  );
}

describe("a masked network without what is dead or constant", () => {
  for (const [kind, network] of [
    ["dense", denseNetwork],
    ["convolutional", convNetwork],
  ] as const) {
    it(`answers as the ${kind} one does, with all inputs and with those that it uses`, async () => {
      await fc.assert(
        fc.asyncProperty(masked(network), fc.nat(100), async ({ spec, masks }, seed) => {
          const parameters = zeroed(initialParameters(spec), masks);
          const examples = makeExamples(spec, 5, seed);
          const expected = await outputsOf({ spec, parameters, masks }, examples);
          for (const inputs of ["all", "used"] as const) {
            const shrunk = shrinkMasked(spec, parameters, masks, { inputs });
            if (inputs === "all") expect(shrunk.features).toBeUndefined();
            const found = await outputsOf(shrunk, examplesFor(shrunk, examples));
            expect(found.length).toBe(expected.length);
            for (const [i, value] of expected.entries()) {
              expect(Math.abs((found[i] as number) - value)).toBeLessThanOrEqual(
                1e-5 * (1 + Math.abs(value)),
              );
            }
          }
        }),
        { numRuns: 150 },
      );
    });
  }

  // 2-3-1: the second neuron reads nothing and is relu(0.5) for every example, the third leads nowhere.
  it("folds a constant into the next bias, and drops the mask of what is whole", () => {
    const spec: NetworkSpec = {
      inputShape: [2],
      layers: [dense("fc1", 2, 3), relu, dense("fc2", 3, 1)],
      loss: "mean-squared-error",
    };
    const parameters = new Map([
      ["fc1.weight", Float32Array.of(1, 2, 0, 0, 5, 6)],
      ["fc1.bias", Float32Array.of(0.25, 0.5, 9)],
      ["fc2.weight", Float32Array.of(3, 4, 0)],
      ["fc2.bias", Float32Array.of(0.125)],
    ]);
    const masks = new Map([
      ["fc1.weight", Uint8Array.of(1, 1, 0, 0, 1, 1)],
      ["fc2.weight", Uint8Array.of(1, 1, 0)],
    ]);
    const shrunk = shrinkMasked(spec, parameters, masks, { inputs: "all" });
    expect(shrunk.spec.layers).toEqual([dense("fc1", 2, 1), relu, dense("fc2", 1, 1)]);
    expect(shrunk.parameters).toEqual(
      new Map([
        ["fc1.weight", Float32Array.of(1, 2)],
        ["fc1.bias", Float32Array.of(0.25)],
        ["fc2.weight", Float32Array.of(3)],
        ["fc2.bias", Float32Array.of(0.125 + 4 * 0.5)],
      ]),
    );
    expect(shrunk.masks.size).toBe(0);
  });

  // Sigmoid(0) = 1/2 of a neuron that reads nothing, where no layer has biases.
  it("gives a layer biases where a constant needs one", () => {
    const bare = (name: string, inputs: number, outputs: number) => ({
      ...dense(name, inputs, outputs),
      bias: false as const,
    });
    const spec: NetworkSpec = {
      inputShape: [1],
      layers: [bare("fc1", 1, 2), { kind: "activation", activation: "sigmoid" }, bare("fc2", 2, 1)],
      loss: "mean-squared-error",
    };
    const parameters = new Map([
      ["fc1.weight", Float32Array.of(1, 0)],
      ["fc2.weight", Float32Array.of(3, 4)],
    ]);
    const masks = new Map([["fc1.weight", Uint8Array.of(1, 0)]]);
    const { spec: small, parameters: values } = shrinkMasked(spec, parameters, masks, { inputs: "all" });
    expect(small.layers).toEqual([bare("fc1", 1, 1), spec.layers[1], dense("fc2", 1, 1)]);
    expect(values.get("fc2.bias")).toEqual(Float32Array.of(2));
  });
});
