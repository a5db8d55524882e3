import fc from "fast-check";
import { type ParameterSpec, parameterSpecs } from "../../src/network/parameters.ts";
import { sizeOf } from "../../src/network/shapes.ts";
import { type Axis, axes, axisSchema, type Chosen } from "../../src/pruning/method.ts";
import { structures } from "../../src/pruning/structures/registry.ts";

/** A tensor's specification: `fc1.weight` [2, 3]. */
export function tensorSpec(name: string, shape: readonly number[]): ParameterSpec {
  const [layer = "", role] = name.split(".");
  return { name, layer, role: role === "bias" ? "bias" : "weight", shape, size: sizeOf(shape) };
}

/** A member of an axis as the config gives it, with every default. */
export function chosen(axis: Axis, written: string | Chosen): Chosen {
  return axisSchema(axes[axis]).parse(written);
}

/** A dense layer's, a convolution's or a bias's shape, small enough to look at. */
const shapes = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
  fc.tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 2 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
  ),
);

/** The prunable tensors of a network: a weight or more, and for some the bias. */
export const networks = fc
  .array(fc.record({ shape: shapes, biased: fc.boolean() }), { minLength: 1, maxLength: 3 })
  .map((layers) =>
    layers.flatMap(({ shape, biased }, i) => [
      tensorSpec(`layer${i + 1}.weight`, shape),
      ...(biased ? [tensorSpec(`layer${i + 1}.bias`, shape.slice(0, 1))] : []),
    ]),
  );

/** The weights of transformers of one or two blocks, and of a classifier. */
export const transformers = fc
  .record({
    heads: fc.integer({ min: 1, max: 2 }),
    each: fc.integer({ min: 1, max: 2 }),
    hidden: fc.integer({ min: 1, max: 3 }),
    blocks: fc.integer({ min: 1, max: 2 }),
  })
  .map(({ heads, each, hidden, blocks }) => transformerWeights(heads * each, heads, hidden, blocks));

export function transformerWeights(
  width: number,
  heads: number,
  hidden: number,
  blocks: number,
): ParameterSpec[] {
  const layers = Array.from({ length: blocks }, (_, i) => ({
    ...({ kind: "transformer-block", name: `block${i}`, width, heads, hidden } as const),
    ...({ activation: "gelu", epsilon: 1e-12 } as const),
  }));
  const output = { kind: "dense", name: "output", inputs: width, outputs: 2 } as const;
  return parameterSpecs({
    inputShape: [4],
    layers: [...layers, { kind: "first-token" }, output],
    loss: "softmax-cross-entropy",
  }).filter(({ role }) => role === "weight");
}

/** The tensors of networks that have a structure's units. */
export function networksWith(structure: string): fc.Arbitrary<ParameterSpec[]> {
  return structures.named(structure).group === undefined ? networks : transformers;
}

/** For each tensor as many values. */
export function valuesFor(
  tensors: readonly ParameterSpec[],
  value: fc.Arbitrary<number>,
): fc.Arbitrary<Map<string, Float32Array>> {
  const each = tensors.map(({ name, size }) =>
    fc
      .array(value, { minLength: size, maxLength: size })
      .map((values) => [name, Float32Array.from(values)] as const),
  );
  return fc.tuple(...each).map((entries) => new Map(entries));
}
