import { layerOutputShapes } from "../../../network/shapes.ts";
import type { NetworkSpec } from "../../../network/specification.ts";
import { activation } from "./activation.ts";
import { conv2d } from "./conv2d.ts";
import { dense } from "./dense.ts";
import type { Layer, Parameter } from "./layer.ts";
import { maxPool } from "./max-pool.ts";

/** The layers of a network, working on the given parameters (two for each layer that has any). */
export function buildLayers(spec: NetworkSpec, parameter: (name: string) => Parameter): Layer[] {
  const shapes = [spec.inputShape, ...layerOutputShapes(spec)];
  return spec.layers.map((layer, index): Layer => {
    const inputShape = shapes[index] ?? [];
    const outputShape = shapes[index + 1] ?? [];
    switch (layer.kind) {
      case "dense":
        return dense(layer, parameter(`${layer.name}.weight`), parameter(`${layer.name}.bias`));
      case "conv2d": {
        const weight = parameter(`${layer.name}.weight`);
        const bias = parameter(`${layer.name}.bias`);
        return conv2d(layer, inputShape, outputShape, weight, bias);
      }
      case "max-pool":
        return maxPool(layer, inputShape, outputShape);
      case "activation":
        return activation(layer.activation);
      case "flatten":
        return { forward: (input) => input, backward: (_input, _output, gradient) => gradient };
    }
  });
}
