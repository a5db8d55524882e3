import { networkLiveness } from "../network/liveness.ts";
import { countKept, type Masks } from "../network/mask.ts";
import {
  matrixShape,
  type ParameterRole,
  type ParameterSpec,
  parameterCount,
  parameterSpecs,
} from "../network/parameters.ts";
import { shrunkOf } from "../network/shrunk.ts";
import { type NetworkSpec, readsTokens } from "../network/specification.ts";
import { headOf } from "../network/transformer.ts";
import { denseMacs, weightedLayers } from "../network/weighted-layers.ts";
import { denseBytes, type EncodingName, smallestEncoding } from "./encoding.ts";

/** What masks leave of a network: counts and what follows from them. Plain data. */
export interface NetworkMeasure {
  /** Every value, biases included. */
  readonly parameters: number;
  /** Values that no mask prunes, whatever they are. */
  readonly nonzeroParameters: number;
  /** Pruned values over prunable values. */
  readonly sparsity: number;
  /** Pruned values over all parameters. */
  readonly modelSparsity: number;
  /** As sparsity, counting also the kept values on no live path; null of a network of tokens, which has none to follow. */
  readonly effectiveSparsity: number | null;
  /** parameters / nonzeroParameters; null when nothing is left. */
  readonly compression: number | null;
  readonly denseBytes: number;
  /** With the smallest encoding of each tensor. */
  readonly sparseBytes: number;
  /**
   * Multiply-accumulates of weights for one example, and those with a kept weight; in a network of tokens for one of the
   * most tokens.
   */
  readonly denseMacs: number;
  readonly macs: number;
  /** No output unit is connected to any input; in a network of tokens, to no value of the first token. */
  readonly collapsed: boolean;
  /** Every parameter tensor, in layer order. */
  readonly tensors: readonly TensorMeasure[];
}

export interface TensorMeasure {
  /** `fc1.weight` */
  readonly name: string;
  /** `fc1` */
  readonly layer: string;
  readonly role: ParameterRole;
  readonly shape: readonly number[];
  /** Whether pruning may touch it. */
  readonly prunable: boolean;
  readonly size: number;
  readonly nonzero: number;
  readonly sparsity: number;
  /** Kept values on a live path; null of a network of tokens. */
  readonly live: number | null;
  readonly encoding: EncodingName;
  readonly bytes: number;
  readonly denseMacs: number;
  readonly macs: number;
}

/**
 * Measures a network under masks. `prunable` are the tensors that pruning may touch: the sparsities that are
 * not the model's count these alone.
 */
export function measureNetwork(
  spec: NetworkSpec,
  masks: Masks,
  prunable: readonly Pick<ParameterSpec, "name">[],
): NetworkMeasure {
  const live = readsTokens(spec) ? undefined : networkLiveness(spec, masks);
  // Residual connections carry tokens up to the head, whatever the masks.
  const { collapsed } = live ?? networkLiveness(headOf(spec), masks);
  // How often a weight multiplies for one example.
  const uses = new Map(weightedLayers(spec).map(({ weight, positions }) => [weight.name, positions]));
  const tensors = parameterSpecs(spec).map((parameter): TensorMeasure => {
    const { name, layer, role, shape, size } = parameter;
    const mask = masks.get(name);
    const nonzero = mask === undefined ? size : countKept(mask);
    const { name: encoding, bytes } = smallestEncoding(shape, nonzero);
    const macsEach = uses.get(name) ?? 0;
    return {
      name,
      layer,
      role,
      shape,
      prunable: prunable.some((tensor) => tensor.name === name),
      size,
      nonzero,
      sparsity: (size - nonzero) / size,
      live: live === undefined ? null : (live.live.get(name) ?? 0),
      encoding,
      bytes,
      denseMacs: macsEach * size,
      macs: macsEach * nonzero,
    };
  });
  const total = (of: (tensor: TensorMeasure) => number) => tensors.reduce((sum, t) => sum + of(t), 0);
  const totalPrunable = (of: (tensor: TensorMeasure) => number) => total((t) => (t.prunable ? of(t) : 0));
  const parameters = total((t) => t.size);
  const nonzeroParameters = total((t) => t.nonzero);
  const prunableSize = totalPrunable((t) => t.size);
  return {
    parameters,
    nonzeroParameters,
    sparsity: (prunableSize - totalPrunable((t) => t.nonzero)) / prunableSize,
    modelSparsity: (parameters - nonzeroParameters) / parameters,
    effectiveSparsity:
      live === undefined ? null : (prunableSize - totalPrunable((t) => t.live ?? 0)) / prunableSize,
    compression: nonzeroParameters === 0 ? null : parameters / nonzeroParameters,
    denseBytes: denseBytes(parameters),
    sparseBytes: total((t) => t.bytes),
    denseMacs: total((t) => t.denseMacs),
    macs: total((t) => t.macs),
    collapsed,
    tensors,
  };
}

/** What a network has when its dead and constant units are left out. */
export interface ShrunkSize {
  readonly parameters: number;
  readonly macs: number;
  /** The shape of each parameter tensor, in layer order. */
  readonly shapes: readonly (readonly number[])[];
}

/** Of the dense network that `shrinkMasked` makes of a masked one, all inputs kept. */
export function shrunkSize(spec: NetworkSpec, masks: Masks): ShrunkSize {
  const { spec: small } = shrunkOf(spec, masks, "all").smaller;
  return {
    parameters: parameterCount(small),
    macs: denseMacs(small),
    shapes: parameterSpecs(small).map(({ shape }) => shape),
  };
}

/** A layer that has fewer weights left than units. */
export interface ThinLayer {
  readonly layer: string;
  readonly units: number;
  readonly nonzero: number;
}

/**
 * The prunable layers with fewer kept weights than units: some of their units see nothing. Uniform pruning of
 * a small output layer comes to this first, and then decides the accuracy.
 */
export function thinLayers({ tensors }: Pick<NetworkMeasure, "tensors">): ThinLayer[] {
  return tensors.flatMap(({ layer, role, prunable, shape, nonzero }) => {
    const { rows: units } = matrixShape(shape);
    return role === "weight" && prunable && nonzero < units ? [{ layer, units, nonzero }] : [];
  });
}
