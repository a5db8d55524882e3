import { sizeOf } from "./shapes.ts";
import type { NetworkSpec } from "./specification.ts";

/** Tensors by parameter name (`fc1.weight`), row-major, in the network's own order. */
export type Parameters = ReadonlyMap<string, Float32Array>;

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
  const size = sizeOf(weightShape);
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
