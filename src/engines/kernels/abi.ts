import {
  type Activation,
  hasWeights,
  type LayerSpec,
  type Loss,
  readsTokens,
} from "../../network/specification.ts";
import type { GradientLoss, OptimizerSpec } from "../engine.ts";
import type { KernelLayout, LayerLayout } from "./layout.ts";
import { type TokenLayer, tensorsOf, tokenLayers } from "./token-layers.ts";

/** The numbers by which the kernels know things; kernels/src/network.h and plan.c say the same. */
export const ABI = 9;

const LAYER = { dense: 1, conv2d: 2, "max-pool": 3, activation: 4 } as const;
/** Those of networks of tokens alone. */
const TOKEN_LAYER = { tables: 5, norm: 6, attention: 7, gelu: 8, "first-token": 9 } as const;
const ACTIVATION = { relu: 1, sigmoid: 2, tanh: 3 } as const satisfies Record<Activation, number>;
const LOSS = { "softmax-cross-entropy": 1, "mean-squared-error": 2 } as const satisfies Record<Loss, number>;
/** The loss that is the plain sum of an example's outputs. */
export const SUM_OF_OUTPUTS = 3;
const OPTIMIZER = { sgd: 1, adam: 2 } as const satisfies Record<OptimizerSpec["name"], number>;

const SHAPE_FIELDS = 7;

/** A network, its masks and its optimizer as the kernels read them, see `plan` in kernels/src/plan.c. */
export interface Description {
  readonly spec: Int32Array;
  readonly options: Float64Array;
  /** A byte a parameter value. Empty when nothing is pruned. */
  readonly masks: Uint8Array;
  readonly lists: Int32Array;
  /** Values of all tensors, in the order in which they pass. */
  readonly parameterCount: number;
}

/** The loss that `gradients` asks for, of a network with the given one. */
export function lossNumber(own: Loss, asked: GradientLoss): number {
  return asked === "own" ? LOSS[own] : SUM_OF_OUTPUTS;
}

export function describeNetwork(layout: KernelLayout, optimizer: OptimizerSpec): Description {
  const { spec, exampleSize, features, unused } = layout;
  const [channels = 1, height = 1, width = 1] = spec.inputShape;
  const layers = readsTokens(spec)
    ? tokenLayers(spec).map((layer) => tokenFields(layer, layout))
    : spec.layers.flatMap((layer) => {
        const fields = layerFields(layer, layout);
        return fields === undefined ? [] : [fields];
      });
  const header = [LOSS[spec.loss], OPTIMIZER[optimizer.name], channels, height, width];
  const lists = [...layout.layers.values()].flatMap(({ positions, folded }) => [
    positions ?? new Int32Array(),
    folded.outputs,
    folded.inputs,
  ]);
  return {
    spec: Int32Array.from([...header, layers.length, exampleSize, unused, ...layers.flat()]),
    options: optimizerOptions(optimizer),
    masks: layout.masks ?? new Uint8Array(),
    lists: concatenate([features ?? new Int32Array(), ...lists]),
    parameterCount: layout.size,
  };
}

/** The layers that a description has. */
export function layerCount(spec: Int32Array): number {
  return spec[5] ?? 0;
}

function layerFields(layer: LayerSpec, { layers }: KernelLayout): number[] | undefined {
  const shape = shapeFields(layer);
  if (shape === undefined) return undefined;
  return fieldsOf(shape, hasWeights(layer) ? layers.get(layer.name) : undefined);
}

function fieldsOf(shape: readonly number[], weighted: LayerLayout | undefined): number[] {
  return [
    ...shape,
    ...Array(SHAPE_FIELDS - shape.length).fill(0),
    ...(weighted === undefined ? [0, 0, 0, 0, 0] : parameterFields(weighted)),
  ];
}

function tokenFields(layer: TokenLayer, { layers }: KernelLayout): number[] {
  const tensors = tensorsOf(layer);
  return fieldsOf(tokenShape(layer), tensors && layers.get(tensors.weight));
}

function tokenShape(layer: TokenLayer): number[] {
  switch (layer.kind) {
    case "tables":
      return [TOKEN_LAYER.tables, layer.vocabulary, layer.places, layer.width];
    case "norm":
      return [TOKEN_LAYER.norm, layer.width, layer.residual, floatBits(layer.epsilon)];
    case "attention":
      return [TOKEN_LAYER.attention, layer.heads];
    case "gelu":
    case "first-token":
      return [TOKEN_LAYER[layer.kind]];
    case "dense":
      return [LAYER.dense, layer.inputs, layer.outputs, layer.back ?? 1];
    case "activation":
      return [LAYER.activation, ACTIVATION[layer.activation]];
  }
}

function floatBits(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0] as number;
}

function parameterFields(layer: LayerLayout): number[] {
  const { keptWeights, positions, keptBiases, constants, folded } = layer;
  return [keptWeights, positions === undefined ? 0 : 1, keptBiases, constants, folded.outputs.length];
}

/** Undefined for flatten: in the kernels' layout there is nothing to do. */
function shapeFields(layer: LayerSpec): number[] | undefined {
  switch (layer.kind) {
    case "dense":
      return [LAYER.dense, layer.inputs, layer.outputs];
    case "conv2d":
      return [
        LAYER.conv2d,
        layer.inChannels,
        layer.outChannels,
        layer.kernelHeight,
        layer.kernelWidth,
        layer.stride,
        layer.padding,
      ];
    case "max-pool":
      return [LAYER["max-pool"], layer.size, layer.stride];
    case "activation":
      return [LAYER.activation, ACTIVATION[layer.activation]];
    case "flatten":
      return undefined;
    case "embeddings":
    case "transformer-block":
    case "first-token":
      throw new RangeError(`a layer of the kind ${layer.kind} in a network that takes no tokens`);
  }
}

function optimizerOptions(optimizer: OptimizerSpec): Float64Array {
  return Float64Array.from(
    optimizer.name === "sgd"
      ? [optimizer.momentum, optimizer.nesterov ? 1 : 0, 0, optimizer.weightDecay]
      : [optimizer.beta1, optimizer.beta2, optimizer.epsilon, optimizer.weightDecay],
  );
}

function concatenate(lists: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}

/** The optimizer's slots in the order in which the kernels number them, from 1. */
export function slotNames(optimizer: OptimizerSpec): readonly string[] {
  if (optimizer.name === "adam") return ["firstMoment", "secondMoment"];
  return optimizer.momentum === 0 ? [] : ["momentum"];
}
