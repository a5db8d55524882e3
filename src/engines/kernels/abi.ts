import type { OptimizerSpec } from "../engine.ts";
import type { Activation, LayerSpec, Loss, NetworkSpec } from "../network-spec.ts";

/** The numbers by which the kernels know things; kernels/src/network.h and plan.c say the same. */
export const ABI = 3;

const LAYER = { dense: 1, conv2d: 2, "max-pool": 3, activation: 4 } as const;
const ACTIVATION = { relu: 1, sigmoid: 2, tanh: 3 } as const satisfies Record<Activation, number>;
const LOSS = { "softmax-cross-entropy": 1, "mean-squared-error": 2 } as const satisfies Record<Loss, number>;
const OPTIMIZER = { sgd: 1, adam: 2 } as const satisfies Record<OptimizerSpec["name"], number>;

const LAYER_FIELDS = 7;

/** A network and its optimizer as the kernels read them, see `plan` in kernels/src/plan.c. */
export interface Description {
  readonly spec: Int32Array;
  readonly options: Float64Array;
}

export function describeNetwork(spec: NetworkSpec, optimizer: OptimizerSpec): Description {
  const [channels = 1, height = 1, width = 1] = spec.inputShape;
  const layers = spec.layers.flatMap((layer) => {
    const fields = layerFields(layer);
    return fields === undefined ? [] : [fields];
  });
  const header = [LOSS[spec.loss], OPTIMIZER[optimizer.name], channels, height, width, layers.length];
  const padded = layers.flatMap((fields) => [...fields, ...Array(LAYER_FIELDS - fields.length).fill(0)]);
  return { spec: Int32Array.from([...header, ...padded]), options: optimizerOptions(optimizer) };
}

/** Undefined for flatten: in the kernels' layout there is nothing to do. */
function layerFields(layer: LayerSpec): number[] | undefined {
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
  }
}

function optimizerOptions(optimizer: OptimizerSpec): Float64Array {
  return Float64Array.from(
    optimizer.name === "sgd"
      ? [optimizer.momentum, 0, 0, optimizer.weightDecay]
      : [optimizer.beta1, optimizer.beta2, optimizer.epsilon, optimizer.weightDecay],
  );
}

/** The optimizer's slots in the order in which the kernels number them, from 1. */
export function slotNames(optimizer: OptimizerSpec): readonly string[] {
  if (optimizer.name === "adam") return ["firstMoment", "secondMoment"];
  return optimizer.momentum === 0 ? [] : ["momentum"];
}
