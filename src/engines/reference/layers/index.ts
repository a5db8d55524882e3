import { layerOutputShapes } from "../../../network/shapes.ts";
import type { NetworkSpec, WeightedLayer } from "../../../network/specification.ts";
import { activation } from "./activation.ts";
import { conv2d } from "./conv2d.ts";
import { dense } from "./dense.ts";
import { embeddings } from "./embeddings.ts";
import type { Layer, Parameter } from "./layer.ts";
import { maxPool } from "./max-pool.ts";
import { transformerBlock } from "./transformer-block.ts";

/** The layers of a network, working on the given parameters. */
export function buildLayers(spec: NetworkSpec, parameter: (name: string) => Parameter): Layer[] {
  const shapes = [spec.inputShape, ...layerOutputShapes(spec)];
  const weight = ({ name }: WeightedLayer) => parameter(`${name}.weight`);
  const bias = ({ name, bias }: WeightedLayer) => (bias === false ? undefined : parameter(`${name}.bias`));
  return spec.layers.map((layer, index): Layer => {
    const inputShape = shapes[index] ?? [];
    const outputShape = shapes[index + 1] ?? [];
    switch (layer.kind) {
      case "dense":
        return dense(layer, weight(layer), bias(layer));
      case "conv2d":
        return conv2d(layer, inputShape, outputShape, weight(layer), bias(layer));
      case "max-pool":
        return maxPool(layer, inputShape, outputShape);
      case "activation":
        return activation(layer.activation);
      case "embeddings":
        return embeddings(layer, parameter);
      case "transformer-block":
        return transformerBlock(layer, parameter);
      case "first-token": {
        const [, width = 0] = inputShape;
        return firstToken(width);
      }
      case "flatten":
        return { forward: (input) => input, backward: (_input, _output, gradient) => gradient };
    }
  });
}

/** [tokens, width] to the values of the first. */
function firstToken(width: number): Layer {
  return {
    forward: (input) => input.slice(0, width),
    backward: (input, _output, gradient) => {
      const inputGradient = new Float64Array(input.length);
      inputGradient.set(gradient);
      return inputGradient;
    },
  };
}
