import { sizeOf } from "./shapes.ts";
import type {
  EmbeddingsSpec,
  LayerSpec,
  NetworkSpec,
  TransformerBlockSpec,
  WeightedLayer,
} from "./specification.ts";
import { blockLayers, embeddingParts, type LayerNormSpec } from "./transformer.ts";

/** Tensors by parameter name (`fc1.weight`), row-major, in the network's own order. */
export type Parameters = ReadonlyMap<string, Float32Array>;

/**
 * What a tensor does in its layer: a weight multiplies what comes in, a bias is added to what goes out. An embedding has a
 * row that is looked up for each token or position; both tensors of a layer norm are of the role `norm`.
 */
export type ParameterRole = "weight" | "bias" | "embedding" | "norm";

export interface ParameterSpec {
  /** `fc1.weight`, `conv2.bias`, ... */
  readonly name: string;
  /** The name without `.weight` or `.bias`. */
  readonly layer: string;
  readonly role: ParameterRole;
  /** [out, in], [out, in, height, width], [out]; of an embedding [rows, width]. */
  readonly shape: readonly number[];
  readonly size: number;
  /** Of a weight in a transformer block: what its rows or columns are a part of. */
  readonly slices?: Slices;
}

/**
 * What of a transformer block lies side by side: the heads of its attention, or the neurons between the two layers of its
 * feed-forward part. Each has its part of several weights: of those before it so many rows, of the one after it so many
 * columns, in the same order and all as many.
 */
export interface Slices {
  readonly of: "head" | "ffn-neuron";
  /** The block's name. */
  readonly block: string;
  readonly count: number;
  readonly along: "rows" | "columns";
}

/** The parameter tensors of a network, in layer order, weight before bias. */
export function parameterSpecs(spec: NetworkSpec): ParameterSpec[] {
  return spec.layers.flatMap(parametersOf);
}

function parametersOf(layer: LayerSpec): ParameterSpec[] {
  switch (layer.kind) {
    case "dense":
    case "conv2d":
      return Object.values(layerParameters(layer));
    case "embeddings":
      return embeddingParameters(layer);
    case "transformer-block":
      return blockParameters(layer);
    case "max-pool":
    case "flatten":
    case "activation":
    case "first-token":
      return [];
  }
}

function embeddingParameters(layer: EmbeddingsSpec): ParameterSpec[] {
  const { words, positions, norm } = embeddingParts(layer);
  return [
    parameter(words, "embedding", [layer.vocabulary, layer.width]),
    parameter(positions, "embedding", [layer.positions, layer.width]),
    ...normParameters(norm),
  ];
}

function blockParameters(block: TransformerBlockSpec): ParameterSpec[] {
  const { query, key, value, out, attentionNorm, up, down, outputNorm } = blockLayers(block);
  const heads = { of: "head", block: block.name, count: block.heads } as const;
  const neurons = { of: "ffn-neuron", block: block.name, count: block.hidden } as const;
  return [
    ...[query, key, value].flatMap((layer) => inSlices(layer, { ...heads, along: "rows" })),
    ...inSlices(out, { ...heads, along: "columns" }),
    ...normParameters(attentionNorm),
    ...inSlices(up, { ...neurons, along: "rows" }),
    ...inSlices(down, { ...neurons, along: "columns" }),
    ...normParameters(outputNorm),
  ];
}

function inSlices(layer: WeightedLayer, slices: Slices): ParameterSpec[] {
  const { weight, ...others } = layerParameters(layer);
  return [{ ...weight, slices }, ...Object.values(others)];
}

function normParameters({ name, width }: LayerNormSpec): ParameterSpec[] {
  return [parameter(`${name}.weight`, "norm", [width]), parameter(`${name}.bias`, "norm", [width])];
}

function parameter(name: string, role: ParameterRole, shape: readonly number[]): ParameterSpec {
  return { name, layer: name.slice(0, name.lastIndexOf(".")), role, shape, size: sizeOf(shape) };
}

export interface LayerParameters {
  readonly weight: ParameterSpec;
  /** Absent from a layer without. */
  readonly bias?: ParameterSpec;
}

/** The parameter tensors of one layer, by role. */
export function layerParameters(layer: WeightedLayer): LayerParameters {
  const shape = weightShape(layer);
  const weight = parameter(`${layer.name}.weight`, "weight", shape);
  if (layer.bias === false) return { weight };
  return { weight, bias: parameter(`${layer.name}.bias`, "bias", shape.slice(0, 1)) };
}

function weightShape(layer: WeightedLayer): readonly number[] {
  switch (layer.kind) {
    case "dense":
      return [layer.outputs, layer.inputs];
    case "conv2d":
      return [layer.outChannels, layer.inChannels, layer.kernelHeight, layer.kernelWidth];
  }
}

/** Number of trainable values: biases, embeddings and norms included. */
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
