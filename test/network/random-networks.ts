import fc from "fast-check";
import { PruneLabError } from "../../src/foundations/errors.ts";
import { randomStream } from "../../src/foundations/random.ts";
import { buildNetwork, modelSchema } from "../../src/models/registry.ts";
import type { Masks } from "../../src/network/mask.ts";
import { parameterSpecs } from "../../src/network/parameters.ts";
import type { NetworkSpec } from "../../src/network/specification.ts";

export interface MaskedNetwork {
  readonly spec: NetworkSpec;
  /** Of all weights. */
  readonly masks: Masks;
}

const small = (min: number, max: number) => fc.integer({ min, max });
const activation = fc.constantFrom("relu", "tanh");
const bias = fc.boolean();

/** Strides that pass over positions, windows that overlap, padding wider than what it surrounds. */
const imageLayer = fc.oneof(
  fc.record({
    conv: small(1, 3),
    kernel: fc.tuple(small(1, 3), small(1, 3)),
    stride: small(1, 2),
    padding: small(0, 2),
  }),
  fc.record({ pool: small(1, 2), stride: small(1, 3) }),
);

export const convNetwork: fc.Arbitrary<NetworkSpec> = fc
  .record({
    image: fc.tuple(small(1, 2), small(1, 4), small(1, 4)),
    layers: fc.array(imageLayer, { minLength: 1, maxLength: 3 }),
    dense: fc.array(fc.record({ dense: small(1, 3) }), { maxLength: 2 }),
    activation,
    bias,
  })
  .map(({ image, layers, dense, activation, bias }) =>
    buildIfFitting({ name: "cnn", layers: [...layers, ...dense], activation, bias }, image),
  )
  .filter((spec) => spec !== undefined);

export const denseNetwork: fc.Arbitrary<NetworkSpec> = fc
  .record({
    inputShape: fc.oneof(fc.tuple(small(1, 6)), fc.tuple(small(1, 2), small(1, 3), small(1, 3))),
    hidden: fc.array(small(1, 5), { maxLength: 3 }),
    activation,
    bias,
  })
  .map(({ inputShape, hidden, activation, bias }) =>
    buildIfFitting({ name: "mlp", hidden, activation, bias }, inputShape),
  )
  .filter((spec) => spec !== undefined);

/** The network with masks at random. */
export function masked(network: fc.Arbitrary<NetworkSpec>): fc.Arbitrary<MaskedNetwork> {
  return fc
    .record({ spec: network, density: fc.double({ min: 0.1, max: 0.9, noNaN: true }), seed: fc.nat(1000) })
    .map(({ spec, density, seed }) => {
      const stream = randomStream(seed, "test");
      const weights = parameterSpecs(spec).filter(({ role }) => role === "weight");
      const mask = (size: number) =>
        Uint8Array.from({ length: size }, () => Number(stream.uniform() < density));
      return { spec, masks: new Map(weights.map(({ name, size }) => [name, mask(size)])) };
    });
}

/** Two outputs; undefined when random layers do not fit their image. */
function buildIfFitting(options: unknown, inputShape: readonly number[]): NetworkSpec | undefined {
  try {
    return buildNetwork(modelSchema().parse(options), inputShape, 2, "mean-squared-error");
  } catch (error) {
    if (error instanceof PruneLabError) return undefined;
    throw error;
  }
}
