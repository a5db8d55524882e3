import { sizeOf } from "./shapes.ts";
import { hasWeights, type NetworkSpec, type WeightedLayer } from "./specification.ts";

/** Tensors by parameter name (`fc1.weight`), row-major, in the network's own order. */
export type Parameters = ReadonlyMap<string, Float32Array>;

/** What a tensor does in its layer: a weight multiplies what comes in, a bias is added to what goes out. */
export type ParameterRole = "weight" | "bias";

export interface ParameterSpec {
  /** `fc1.weight`, `conv2.bias`, ... */
  readonly name: string;
  readonly layer: string;
  readonly role: ParameterRole;
  /** [out, in], [out, in, height, width], or [out]. */
  readonly shape: readonly number[];
  readonly size: number;
}

/** The parameter tensors of a network, in layer order, weight before bias. */
export function parameterSpecs(spec: NetworkSpec): ParameterSpec[] {
  return spec.layers.filter(hasWeights).flatMap((layer) => Object.values(layerParameters(layer)));
}

export interface LayerParameters {
  readonly weight: ParameterSpec;
  /** Absent from a layer without. */
  readonly bias?: ParameterSpec;
}

/** The parameter tensors of one layer, by role. */
export function layerParameters(layer: WeightedLayer): LayerParameters {
  const shape = weightShape(layer);
  const tensor = (role: ParameterRole, shape: readonly number[]): ParameterSpec => ({
    name: `${layer.name}.${role}`,
    layer: layer.name,
    role,
    shape,
    size: sizeOf(shape),
  });
  const weight = tensor("weight", shape);
  return layer.bias === false ? { weight } : { weight, bias: tensor("bias", shape.slice(0, 1)) };
}

function weightShape(layer: WeightedLayer): readonly number[] {
  switch (layer.kind) {
    case "dense":
      return [layer.outputs, layer.inputs];
    case "conv2d":
      return [layer.outChannels, layer.inChannels, layer.kernelHeight, layer.kernelWidth];
  }
}

/** Number of trainable values, biases included. */
export function parameterCount(spec: NetworkSpec): number {
  return parameterSpecs(spec).reduce((sum, parameter) => sum + parameter.size, 0);
}

/**
 * A tensor as a matrix: a row for each output unit (neuron, channel), and in it a column for each value that the
 * unit has: [out, in x height x width] of a weight, [out, 1] of a bias.
 */
export function matrixShape(shape: readonly number[]): { readonly rows: number; readonly columns: number } {
  const [rows = 1, ...others] = shape;
  return { rows, columns: sizeOf(others) };
}

/** Connections into and out of one unit. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Of an [out, in, height, width] kernel, in (or out) x height x width. */
export function fansOf(weightShape: readonly number[]): Fans {
  const [outputs = 1, inputs = 1, ...kernel] = weightShape;
  return { fanIn: inputs * sizeOf(kernel), fanOut: outputs * sizeOf(kernel) };
}
