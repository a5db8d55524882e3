/**
 * What a network computes, layer by layer, without any values in it. Built by src/models, executed by the
 * engines. Layers with parameters have a name; their tensors are `<name>.weight` and `<name>.bias`.
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

/** y = W x + b; weight [outputs, inputs], bias [outputs]. */
export interface DenseSpec {
  readonly kind: "dense";
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** Cross-correlation as in PyTorch; weight [outChannels, inChannels, kernelHeight, kernelWidth], bias [outChannels]. */
export interface Conv2dSpec {
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

export interface ParameterSpec {
  /** `fc1.weight`, `conv2.bias`, ... */
  readonly name: string;
  readonly layer: string;
  readonly role: "weight" | "bias";
  /** [out, in], [out, in, height, width], or [out]. */
  readonly shape: readonly number[];
  readonly size: number;
}

/** The parameter tensors of a network, in layer order, weight before bias. */
export function parameterSpecs(spec: NetworkSpec): ParameterSpec[] {
  return spec.layers.flatMap((layer) => {
    switch (layer.kind) {
      case "dense":
        return tensorPair(layer.name, [layer.outputs, layer.inputs]);
      case "conv2d":
        return tensorPair(layer.name, [
          layer.outChannels,
          layer.inChannels,
          layer.kernelHeight,
          layer.kernelWidth,
        ]);
      case "max-pool":
      case "flatten":
      case "activation":
        return [];
    }
  });
}

function tensorPair(layer: string, weightShape: readonly [number, ...number[]]): ParameterSpec[] {
  const size = weightShape.reduce((product, extent) => product * extent, 1);
  const outputs = weightShape[0];
  return [
    { name: `${layer}.weight`, layer, role: "weight", shape: weightShape, size },
    { name: `${layer}.bias`, layer, role: "bias", shape: [outputs], size: outputs },
  ];
}

/** Number of trainable values, biases included. */
export function parameterCount(spec: NetworkSpec): number {
  return parameterSpecs(spec).reduce((sum, parameter) => sum + parameter.size, 0);
}

/**
 * The shape of one example after each layer, in layer order (without the input's own shape).
 * Throws a RangeError naming the layer when a layer does not fit what comes in.
 */
export function layerOutputShapes(spec: NetworkSpec): (readonly number[])[] {
  const shapes: (readonly number[])[] = [];
  let shape: readonly number[] = spec.inputShape;
  for (const layer of spec.layers) {
    shape = outputShape(layer, shape);
    shapes.push(shape);
  }
  return shapes;
}

function outputShape(layer: LayerSpec, shape: readonly number[]): readonly number[] {
  switch (layer.kind) {
    case "activation":
      return shape;
    case "flatten":
      return [shape.reduce((product, extent) => product * extent, 1)];
    case "dense":
      if (shape.length !== 1 || shape[0] !== layer.inputs) {
        throw new RangeError(`${layer.name} takes [${layer.inputs}], not [${shape.join(", ")}]`);
      }
      return [layer.outputs];
    case "conv2d": {
      const [channels, height, width] = imageShape(layer.name, shape);
      if (channels !== layer.inChannels) {
        throw new RangeError(`${layer.name} takes ${layer.inChannels} channels, not ${channels}`);
      }
      return [
        layer.outChannels,
        windows(layer.name, height + 2 * layer.padding, layer.kernelHeight, layer.stride),
        windows(layer.name, width + 2 * layer.padding, layer.kernelWidth, layer.stride),
      ];
    }
    case "max-pool": {
      const [channels, height, width] = imageShape("max-pool", shape);
      return [
        channels,
        windows("max-pool", height, layer.size, layer.stride),
        windows("max-pool", width, layer.size, layer.stride),
      ];
    }
  }
}

function imageShape(layer: string, shape: readonly number[]): readonly [number, number, number] {
  const [channels, height, width] = shape;
  if (shape.length !== 3 || channels === undefined || height === undefined || width === undefined) {
    throw new RangeError(`${layer} takes [channels, height, width], not [${shape.join(", ")}]`);
  }
  return [channels, height, width];
}

function windows(layer: string, extent: number, size: number, stride: number): number {
  const count = Math.floor((extent - size) / stride) + 1;
  if (count < 1) throw new RangeError(`${layer}: a window of ${size} does not fit into ${extent}`);
  return count;
}
