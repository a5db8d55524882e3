import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ExampleSet } from "../../src/engines/examples.ts";
import { ReferenceNetwork } from "../../src/engines/reference/network.ts";
import { buildNetwork, modelSchema } from "../../src/models/registry.ts";
import { networkLiveness } from "../../src/network/liveness.ts";
import type { Masks } from "../../src/network/mask.ts";
import { parameterSpecs } from "../../src/network/parameters.ts";
import type { NetworkSpec } from "../../src/network/specification.ts";
import { convNetwork, denseNetwork, masked } from "./random-networks.ts";

const build = (options: unknown, inputShape: readonly number[], outputs: number) =>
  buildNetwork(modelSchema().parse(options), inputShape, outputs, "mean-squared-error");
const mask = (bits: string) => Uint8Array.from(bits.replaceAll(" ", ""), Number);
const masks = (entries: Record<string, string>): Masks =>
  new Map(Object.entries(entries).map(([name, bits]) => [name, mask(bits)]));

describe("a 2-3-2 network", () => {
  const spec = build({ name: "mlp", hidden: [3] }, [2], 2);
  const liveness = (entries: Record<string, string>) => {
    const { live, collapsed } = networkLiveness(spec, masks(entries));
    return { ...Object.fromEntries(live), collapsed };
  };

  test("is all alive without masks", () => {
    expect(liveness({})).toEqual({
      "fc1.weight": 6,
      "fc1.bias": 3,
      "fc2.weight": 6,
      "fc2.bias": 2,
      collapsed: false,
    });
  });

  // Rows are output units. Hidden unit 1 has no input, 2 has no output; output 1 is cut off.
  test("a unit without an input or an output takes its weights and its bias with it", () => {
    expect(liveness({ "fc1.weight": "11 00 11", "fc2.weight": "110 000" })).toEqual({
      "fc1.weight": 2,
      "fc1.bias": 1,
      "fc2.weight": 1,
      "fc2.bias": 1,
      collapsed: false,
    });
  });

  test("a pruned bias is not a live one", () => {
    expect(liveness({ "fc1.bias": "010" })).toMatchObject({ "fc1.bias": 1 });
  });

  test("without biases it has the weights alone", () => {
    const unbiased = build({ name: "mlp", hidden: [3], bias: false }, [2], 2);
    const { live } = networkLiveness(unbiased, masks({ "fc1.weight": "11 00 11", "fc2.weight": "110 000" }));
    expect(Object.fromEntries(live)).toEqual({ "fc1.weight": 2, "fc2.weight": 1 });
  });

  test("it is collapsed when the kept weights of its layers do not meet", () => {
    expect(liveness({ "fc1.weight": "11 00 00", "fc2.weight": "011 011" })).toEqual({
      "fc1.weight": 0,
      "fc1.bias": 0,
      "fc2.weight": 0,
      "fc2.bias": 0,
      collapsed: true,
    });
  });
});

describe("convolutions", () => {
  const live = (spec: NetworkSpec, entries: Record<string, string>) =>
    Object.fromEntries(networkLiveness(spec, masks(entries)).live);

  test("a channel lives by any of its positions, through pool and flatten", () => {
    // 1x4x4 -> 2 channels of 2x2 (3x3 kernels) -> pooled to 2 of 1x1 -> 2 features.
    const spec = build({ name: "cnn", layers: [{ conv: 2 }, { pool: 2 }] }, [1, 4, 4], 1);
    expect(live(spec, { "conv1.weight": "000010000 111000000", "fc1.weight": "10" })).toEqual({
      "conv1.weight": 1,
      "conv1.bias": 1,
      "fc1.weight": 1,
      "fc1.bias": 1,
    });
  });

  test("a kernel element that only ever meets padding is dead", () => {
    // On a 1x1 image padded to 3x3, the kernel's center alone sees the image.
    const spec = build({ name: "cnn", layers: [{ conv: 1, padding: 1 }] }, [1, 1, 1], 1);
    expect(live(spec, {})).toMatchObject({ "conv1.weight": 1, "fc1.weight": 1 });
  });

  test("a feature that the kept kernel elements never fill is dead", () => {
    // The upper left element alone: on a 2x2 image padded by 1, only the last of 2x2 positions sees a pixel.
    const spec = build({ name: "cnn", layers: [{ conv: 1, padding: 1 }] }, [1, 2, 2], 1);
    expect(live(spec, { "conv1.weight": "100000000" })).toMatchObject({ "conv1.weight": 1, "fc1.weight": 1 });
  });
});

/**
 * The same question asked of the numbers: with positive inputs and weights and no biases, the output grows
 * when a weight does if and only if the weight is on a path from an input to an output. (The growth is large,
 * so that a pool lets it through.)
 */
async function liveByPerturbation(spec: NetworkSpec, pruned: Masks): Promise<Record<string, number>> {
  const network = new ReferenceNetwork(spec, { name: "sgd", momentum: 0, weightDecay: 0 });
  const size = spec.inputShape.reduce((product, extent) => product * extent, 1);
  const example: ExampleSet = {
    count: 1,
    shape: spec.inputShape,
    inputs: { kind: "floats", values: new Float32Array(size).fill(1) },
    targets: { kind: "values", values: new Float32Array(2), width: 2 },
  };
  const parameters = new Map(
    parameterSpecs(spec).map(({ name, role, size }) => [
      name,
      new Float32Array(size).fill(role === "weight" ? 1 : 0),
    ]),
  );
  await network.setMasks(pruned);
  await network.writeParameters(parameters);
  const { loss: before } = await network.evaluate(example);
  const counts: Record<string, number> = {};
  for (const { name, role } of parameterSpecs(spec)) {
    const values = parameters.get(name);
    if (role === "bias" || values === undefined) continue;
    counts[name] = 0;
    for (const i of values.keys()) {
      if (pruned.get(name)?.[i] === 0) continue;
      values[i] = 1e6;
      await network.writeParameters(parameters);
      const { loss } = await network.evaluate(example);
      if (loss > before) counts[name]++;
      values[i] = 1;
    }
  }
  return counts;
}

test("counts the weights that the outputs depend on", async () => {
  await fc.assert(
    fc.asyncProperty(
      masked(fc.oneof(convNetwork, denseNetwork)),
      async ({ spec: { layers, ...rest }, masks }) => {
        // With tanh, what grows may not show.
        const spec: NetworkSpec = {
          ...rest,
          layers: layers.map((layer) =>
            layer.kind === "activation" ? { ...layer, activation: "relu" } : layer,
          ),
        };
        const { live, collapsed } = networkLiveness(spec, masks);
        const expected = await liveByPerturbation(spec, masks);
        const weights = [...live].filter(([name]) => name.endsWith(".weight")).sort();
        expect(weights).toEqual(Object.entries(expected).sort());
        expect(collapsed).toBe(weights.every(([, count]) => count === 0));
      },
    ),
    { numRuns: 150 },
  );
});
