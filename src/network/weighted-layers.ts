import { type LayerParameters, layerParameters } from "./parameters.ts";
import { layerOutputShapes, sizeOf } from "./shapes.ts";
import { hasWeights, type NetworkSpec, type WeightedLayer } from "./specification.ts";
import { blockLinears } from "./transformer.ts";

/** A layer with a weight to multiply with, on its own or inside a transformer block. */
export interface PlacedLayer extends LayerParameters {
  readonly layer: WeightedLayer;
  /** Among the network's layers, its number or its block's. */
  readonly index: number;
  /** Of what the weight meets at once: in a block the values of one token. */
  readonly inputShape: readonly number[];
  /** How often each weight is used for one example; in a block, where that is once a token, for the longest. */
  readonly positions: number;
}

/** Throws a RangeError naming the layer when a layer does not fit what comes in. */
export function weightedLayers(spec: NetworkSpec): PlacedLayer[] {
  const shapes = [spec.inputShape, ...layerOutputShapes(spec)] as readonly (readonly number[])[];
  return spec.layers.flatMap((layer, index): PlacedLayer[] => {
    const [inputShape = [], outputShape = []] = shapes.slice(index, index + 2);
    if (layer.kind === "transformer-block") {
      const [positions = 0] = inputShape;
      return blockLinears(layer).map((linear) => ({
        layer: linear,
        ...layerParameters(linear),
        index,
        inputShape: [linear.inputs],
        positions,
      }));
    }
    if (!hasWeights(layer)) return [];
    const parameters = layerParameters(layer);
    const [units = 1] = parameters.weight.shape;
    return [{ layer, ...parameters, index, inputShape, positions: sizeOf(outputShape) / units }];
  });
}

/** Multiply-accumulates of the weights of the dense network for one example; of a network of tokens for one of the most. */
export function denseMacs(spec: NetworkSpec): number {
  return weightedLayers(spec).reduce((sum, { weight, positions }) => sum + positions * weight.size, 0);
}
