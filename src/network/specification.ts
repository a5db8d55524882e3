/**
 * What a network computes, layer by layer, without any values in it. Built by src/models, executed by the
 * engines. Layers with parameters have a name; their tensors are `<name>.weight` and, unless a layer has none,
 * `<name>.bias`.
 */
export interface NetworkSpec {
  /** Shape of one example: [features], [channels, height, width], or, of a network of tokens, [the most tokens]. */
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

export type LayerSpec =
  | DenseSpec
  | Conv2dSpec
  | MaxPoolSpec
  | FlattenSpec
  | ActivationSpec
  | EmbeddingsSpec
  | TransformerBlockSpec
  | FirstTokenSpec;

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
    // What multiplies in them are the layers that they consist of: transformer.ts.
    case "embeddings":
    case "transformer-block":
    case "first-token":
      return false;
  }
}

/** Whether an example is a sequence of tokens, of any length up to the most: the first layer looks them up. */
export function readsTokens({ layers }: Pick<NetworkSpec, "layers">): boolean {
  return layers[0]?.kind === "embeddings";
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

/** Whose names the tensors inside have: DistilBERT's, or BERT's. */
interface Named {
  readonly name: string;
  /** Absent: DistilBERT's. */
  readonly layout?: "bert";
}

/**
 * The first layer of a network of tokens: [tokens] to [tokens, width]. The sum of a row for the token and one for its
 * position, normalized. Without dropout, as all layers here.
 */
export interface EmbeddingsSpec extends Named {
  readonly kind: "embeddings";
  /** Tokens are 0 .. vocabulary - 1. */
  readonly vocabulary: number;
  /** The most tokens of an example. */
  readonly positions: number;
  readonly width: number;
  /** Added to the variance where it is normalized. */
  readonly epsilon: number;
}

/**
 * An encoder block of Vaswani et al. 2017, section 3.1, as BERT has it: [tokens, width] to the same.
 *
 *     a = norm(x + out(attention(query(x), key(x), value(x))))
 *     y = norm(a + down(gelu(up(a))))
 *
 * Every token attends to all tokens of its example. GELU is x times the normal distribution function at x, exactly.
 */
export interface TransformerBlockSpec extends Named {
  readonly kind: "transformer-block";
  readonly width: number;
  /** Of the attention; a divisor of the width. */
  readonly heads: number;
  /** Units between up and down. */
  readonly hidden: number;
  readonly activation: "gelu";
  readonly epsilon: number;
}

/** [tokens, width] to [width]: of BERT's examples the first token stands for the whole. */
export interface FirstTokenSpec {
  readonly kind: "first-token";
}
