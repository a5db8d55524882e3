import fc from "fast-check";
import { exampleSize } from "../../../src/engines/examples.ts";
import { layerOutputShapes } from "../../../src/network/shapes.ts";
import type { Activation, LayerSpec, NetworkSpec } from "../../../src/network/specification.ts";
import { withoutBiases } from "../support/networks.ts";

/**
 * Random networks. Sizes are small, but range over what decides which path the kernels
 * take: below, at and above a vector, a tile and a cell; with and without what makes a fused pooling.
 */
const activation = fc.constantFrom<Activation>("relu", "sigmoid", "tanh");

export const denseNetwork: fc.Arbitrary<NetworkSpec> = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 2, maxLength: 4 }),
    activation,
    activateFirst: fc.boolean(),
  })
  .map(({ sizes, activation, activateFirst }) => ({
    inputShape: [sizes[0] ?? 1],
    layers: [
      ...(activateFirst ? [{ kind: "activation", activation } as const] : []),
      ...sizes
        .slice(1)
        .flatMap((outputs, index): LayerSpec[] => [
          ...(index > 0 ? [{ kind: "activation", activation } as const] : []),
          { kind: "dense", name: `fc${index + 1}`, inputs: sizes[index] ?? 1, outputs },
        ]),
    ],
    loss: "softmax-cross-entropy",
  }));

export function withoutAnyBias(networks: fc.Arbitrary<NetworkSpec>): fc.Arbitrary<NetworkSpec> {
  return networks.map((spec) => withoutBiases(spec));
}

const block = fc.record({
  outChannels: fc.integer({ min: 1, max: 8 }),
  kernelHeight: fc.integer({ min: 1, max: 7 }),
  kernelWidth: fc.integer({ min: 1, max: 7 }),
  stride: fc.integer({ min: 1, max: 3 }),
  padding: fc.integer({ min: 0, max: 2 }),
  activation: fc.option(activation, { nil: undefined }),
  pool: fc.option(fc.constantFrom([2, 2], [2, 1], [3, 2], [1, 2]), { nil: undefined }),
});

export const convNetwork: fc.Arbitrary<NetworkSpec> = fc
  .record({
    channels: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 7, max: 12 }),
    width: fc.integer({ min: 7, max: 12 }),
    blocks: fc.array(block, { minLength: 1, maxLength: 2 }),
  })
  .map(({ channels, height, width, blocks }) => {
    const inputShape = [channels, height, width];
    const layers: LayerSpec[] = [];
    let inChannels = channels;
    blocks.forEach(({ activation, pool, ...conv }, index) => {
      layers.push({ kind: "conv2d", name: `conv${index + 1}`, inChannels, ...conv });
      if (activation !== undefined) layers.push({ kind: "activation", activation });
      if (pool !== undefined) layers.push({ kind: "max-pool", size: pool[0] ?? 1, stride: pool[1] ?? 1 });
      inChannels = conv.outChannels;
    });
    return { inputShape, layers, loss: "mean-squared-error" } as const;
  })
  .filter(fits)
  .map((spec) => {
    const inputs = exampleSize({ shape: layerOutputShapes(spec).at(-1) ?? [] });
    return {
      ...spec,
      layers: [...spec.layers, { kind: "flatten" }, { kind: "dense", name: "fc", inputs, outputs: 3 }],
    };
  });

function fits(spec: NetworkSpec): boolean {
  try {
    return layerOutputShapes(spec).length > 0;
  } catch {
    return false;
  }
}
