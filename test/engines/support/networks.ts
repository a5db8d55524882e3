import type { OptimizerSpec } from "../../../src/engines/engine.ts";
import type {
  Activation,
  ActivationSpec,
  Conv2dSpec,
  DenseSpec,
  LayerSpec,
  Loss,
  NetworkSpec,
} from "../../../src/network/specification.ts";
import { hasWeights } from "../../../src/network/specification.ts";

export const relu: ActivationSpec = { kind: "activation", activation: "relu" };

export function dense(name: string, inputs: number, outputs: number): DenseSpec {
  return { kind: "dense", name, inputs, outputs };
}

export function conv(
  name: string,
  channels: readonly [inChannels: number, outChannels: number],
  kernel: readonly [height: number, width: number],
  { stride = 1, padding = 0 } = {},
): Conv2dSpec {
  const [inChannels, outChannels] = channels;
  const [kernelHeight, kernelWidth] = kernel;
  return { kind: "conv2d", name, inChannels, outChannels, kernelHeight, kernelWidth, stride, padding };
}

export function pool(size: number, stride = size): LayerSpec {
  return { kind: "max-pool", size, stride };
}

/** Sizes that are multiples of nothing. */
export function mlp(loss: Loss = "softmax-cross-entropy", activation: Activation = "relu"): NetworkSpec {
  const act: ActivationSpec = { kind: "activation", activation };
  return {
    inputShape: [37],
    layers: [dense("fc1", 37, 29), act, dense("fc2", 29, 13), act, dense("fc3", 13, 7)],
    loss,
  };
}

/** The usual convolutions: square odd kernels, pools that fit, a hidden dense layer. */
export function cnn(loss: Loss = "softmax-cross-entropy"): NetworkSpec {
  return {
    inputShape: [1, 14, 14],
    layers: [
      conv("conv1", [1, 6], [3, 3]),
      relu,
      pool(2),
      conv("conv2", [6, 9], [3, 3]),
      relu,
      pool(2),
      { kind: "flatten" },
      dense("fc1", 36, 17),
      relu,
      dense("fc2", 17, 5),
    ],
    loss,
  };
}

/** The unusual ones: several input channels, oblong kernels, stride and padding, overlapping and cut-off pools. */
export function oddCnn(loss: Loss = "softmax-cross-entropy", activation: Activation = "tanh"): NetworkSpec {
  const act: ActivationSpec = { kind: "activation", activation };
  return {
    inputShape: [3, 13, 11],
    layers: [
      conv("conv1", [3, 5], [3, 2], { stride: 2, padding: 2 }),
      act,
      pool(3, 1),
      conv("conv2", [5, 4], [2, 3], { padding: 1 }),
      act,
      pool(2, 3),
      { kind: "flatten" },
      dense("fc1", 16, 3),
    ],
    loss,
  };
}

/** The network without biases in any layer, or in those of the given names. */
export function withoutBiases(spec: NetworkSpec, names?: readonly string[]): NetworkSpec {
  return {
    ...spec,
    layers: spec.layers.map((layer) =>
      hasWeights(layer) && names?.includes(layer.name) !== false ? { ...layer, bias: false } : layer,
    ),
  };
}

/** Every kind of update: with and without memory, with and without weight decay. */
export const optimizers = {
  adam: { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  decayedAdam: { name: "adam", beta1: 0.8, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.01 },
  plainSgd: { name: "sgd", momentum: 0, weightDecay: 0 },
  decayedSgd: { name: "sgd", momentum: 0.9, weightDecay: 0.001 },
  nesterov: { name: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0.001 },
} as const satisfies Record<string, OptimizerSpec>;
