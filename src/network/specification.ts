/**
 * What a network computes, layer by layer, without any values in it. Built by src/models, executed by the
 * engines. Layers with parameters have a name; their tensors are `<name>.weight` and, unless a layer has none,
 * `<name>.bias`.
 */
export interface NetworkSpec {
  /** Shape of one example: [features], or [channels, height, width]. */
  readonly inputShape: readonly number[];
  readonly layers: readonly LayerSpec[];
  readonly loss: Loss;
}

/**
 * - softmax-cross-entropy: mean over the examples of -log softmax(logits)[label].
 * - mean-squared-error: mean over the examples and the outputs of (output - target)^2.
 */
export type Loss = "softmax-cross-entropy" | "mean-squared-error";

export type Activation = "relu" | "sigmoid" | "tanh";

export type LayerSpec = DenseSpec | Conv2dSpec | MaxPoolSpec | FlattenSpec | ActivationSpec;

/** The layers that have a weight, and a bias unless they say that they have none. */
export type WeightedLayer = DenseSpec | Conv2dSpec;

export function hasWeights(layer: LayerSpec): layer is WeightedLayer {
  switch (layer.kind) {
    case "dense":
    case "conv2d":
      return true;
    case "max-pool":
    case "flatten":
    case "activation":
      return false;
  }
}

/** What layers with weights share. */
interface Biased {
  /** Only where there is none: a layer that says nothing has one, so that its network's hash stays as it always was. */
  readonly bias?: false;
}

/** y = W x + b; weight [outputs, inputs], bias [outputs]. */
export interface DenseSpec extends Biased {
  readonly kind: "dense";
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** Cross-correlation as in PyTorch; weight [outChannels, inChannels, kernelHeight, kernelWidth], bias [outChannels]. */
export interface Conv2dSpec extends Biased {
  readonly kind: "conv2d";
  readonly name: string;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  /** The same in both directions, at least 1. */
  readonly stride: number;
  /** Zeros added on each of the four sides, at least 0. */
  readonly padding: number;
}

/** Square windows; only whole windows count, as in PyTorch (no padding, floor). */
export interface MaxPoolSpec {
  readonly kind: "max-pool";
  readonly size: number;
  readonly stride: number;
}

/** [channels, height, width] to [channels * height * width], row-major. */
export interface FlattenSpec {
  readonly kind: "flatten";
}

export interface ActivationSpec {
  readonly kind: "activation";
  readonly activation: Activation;
}
