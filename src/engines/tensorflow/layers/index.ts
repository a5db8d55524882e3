import { layerOutputShapes } from "../../../network/shapes.ts";
import type { NetworkSpec } from "../../../network/specification.ts";
import type { Runtime } from "../runtime.ts";
import { activation } from "./activation.ts";
import { conv2d } from "./conv2d.ts";
import { dense } from "./dense.ts";
import { embeddings } from "./embeddings.ts";
import { firstToken } from "./first-token.ts";
import { flatten } from "./flatten.ts";
import type { Layer } from "./layer.ts";
import { maxPool } from "./max-pool.ts";
import { transformerBlock } from "./transformer-block.ts";

/** The layers of a network, in order. */
export function buildLayers(runtime: Runtime, spec: NetworkSpec): Layer[] {
  const inputShapes = [spec.inputShape, ...layerOutputShapes(spec)];
  return spec.layers.map((layer, index): Layer => {
    switch (layer.kind) {
      case "dense":
        return dense(runtime, layer);
      case "conv2d":
        return conv2d(runtime, layer);
      case "max-pool":
        return maxPool(runtime, layer);
      case "flatten":
        return flatten(runtime, inputShapes[index] ?? []);
      case "activation":
        return activation(runtime, layer.activation);
      case "embeddings":
        return embeddings(runtime, layer);
      case "transformer-block":
        return transformerBlock(runtime, layer);
      case "first-token":
        return firstToken(runtime);
    }
  });
}
