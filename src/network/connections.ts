import { layerParameters, matrixShape, type ParameterSpec } from "./parameters.ts";
import { layerOutputShapes, sizeOf } from "./shapes.ts";
import {
  hasWeights,
  type LayerSpec,
  type MaxPoolSpec,
  type NetworkSpec,
  readsTokens,
  type WeightedLayer,
} from "./specification.ts";

/**
 * How the layers of a network connect: what masks leave of it follows from this, value by value (liveness.ts)
 * and unit by unit (units.ts). Networks of tokens have none: their residual connections carry every value past every
 * weight, and attention multiplies values with values.
 *
 * A unit is what structures remove as one: a neuron of a dense layer, a channel of a convolution or of an
 * image, a single input where a dense layer comes first.
 */
export interface Connections {
  readonly spec: NetworkSpec;
  /** The layers that combine several values, in order; flatten and activation map each value to itself. */
  readonly stages: readonly Stage[];
  /** Of the stages, those with weights. */
  readonly weighted: readonly WeightedStage[];
}

export type Stage = WeightedStage | PoolStage;

export interface PoolStage {
  readonly kind: "pool";
  readonly layer: MaxPoolSpec;
  /** Of one example. */
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
}

export interface WeightedStage {
  readonly kind: "weighted";
  readonly layer: WeightedLayer;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly weight: ParameterSpec;
  /** Undefined of a layer without. */
  readonly bias: ParameterSpec | undefined;
  /** Those of the weighted stage before, or of the network's input. */
  readonly inputUnits: number;
  /** Each has a row of the weight, and a value of the bias if there is one. */
  readonly outputUnits: number;
  /** Values in a row of the weight. */
  readonly columns: number;
  /**
   * Columns that an input unit has, side by side: 1 for a neuron; for a channel the elements of a kernel or,
   * when a dense layer reads it, its positions.
   */
  readonly group: number;
  /** Values of an output unit for one example, and so how often each weight is used: 1 in a dense layer. */
  readonly positions: number;
  /** The layers from here to the next weights. */
  readonly between: readonly LayerSpec[];
  /**
   * Whether an output unit that is the same for all examples comes to the next weights as one number. It does
   * not where padding puts zeros beside it; behind the last stage there are no weights to come to.
   */
  readonly passesConstants: boolean;
}

/** Throws a RangeError naming the layer when a layer does not fit what comes in, and for a network of tokens. */
export function connectionsOf(spec: NetworkSpec): Connections {
  if (readsTokens(spec)) throw new RangeError("the connections of a network of tokens cannot be followed");
  const shapes = [spec.inputShape, ...layerOutputShapes(spec)] as readonly (readonly number[])[];
  const stages: Stage[] = [];
  const weighted: WeightedStage[] = [];
  for (const [i, layer] of spec.layers.entries()) {
    const [inputShape, outputShape] = shapes.slice(i, i + 2) as [readonly number[], readonly number[]];
    if (layer.kind === "max-pool") stages.push({ kind: "pool", layer, inputShape, outputShape });
    if (!hasWeights(layer)) continue;
    // A flattened channel stays a unit; single inputs are units only where nothing reads them as channels.
    const [inputs = 1] = layer.kind === "dense" && stages.length === 0 ? inputShape : spec.inputShape;
    const inputUnits = weighted.at(-1)?.outputUnits ?? inputs;
    const { weight, bias } = layerParameters(layer);
    const { rows: outputUnits, columns } = matrixShape(weight.shape);
    const stage: WeightedStage = {
      kind: "weighted",
      layer,
      inputShape,
      outputShape,
      weight,
      bias,
      inputUnits,
      outputUnits,
      columns,
      group: columns / inputUnits,
      positions: sizeOf(outputShape) / outputUnits,
      ...following(spec.layers.slice(i + 1)),
    };
    stages.push(stage);
    weighted.push(stage);
  }
  return { spec, stages, weighted };
}

function following(layers: readonly LayerSpec[]): Pick<WeightedStage, "between" | "passesConstants"> {
  const next = layers.findIndex(hasWeights);
  const layer = layers[next];
  return {
    between: next < 0 ? layers : layers.slice(0, next),
    passesConstants: layer?.kind === "dense" || (layer?.kind === "conv2d" && layer.padding === 0),
  };
}
