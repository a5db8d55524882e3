import { canonicalJson } from "../foundations/hash.ts";
import { hasWeights, type LayerSpec, type NetworkSpec, readsTokens } from "../network/specification.ts";
import type { CnnLayer } from "./cnn-layers.ts";
import { buildNetwork, type ModelOptions, modelSchema } from "./registry.ts";

/**
 * The `model:` mapping of a config that builds this very network, of the model `mlp` or `cnn`; undefined where neither
 * does, as of a network with another activation after each layer.
 */
export function modelMapping(spec: NetworkSpec): Readonly<Record<string, unknown>> | undefined {
  if (readsTokens(spec)) return undefined;
  const weighted = spec.layers.filter(hasWeights);
  const hidden = weighted.slice(0, -1);
  const last = weighted.at(-1);
  const activation = spec.layers.find((layer) => layer.kind === "activation")?.activation ?? "relu";
  const dense = hidden.flatMap((layer) => (layer.kind === "dense" ? [layer.outputs] : []));
  const mapping = {
    ...(dense.length === weighted.length - 1
      ? { name: "mlp", hidden: dense }
      : { name: "cnn", layers: spec.layers.flatMap(cnnLayer).slice(0, -1) }),
    ...(activation === "relu" ? {} : { activation }),
    ...(last?.bias === false ? { bias: false } : {}),
  };
  if (last?.kind !== "dense") return undefined;
  const { data } = modelSchema().safeParse(mapping);
  return data !== undefined && builds(data as ModelOptions, spec, last.outputs) ? mapping : undefined;
}

function builds(options: ModelOptions, spec: NetworkSpec, outputs: number): boolean {
  try {
    return canonicalJson(buildNetwork(options, spec.inputShape, outputs, spec.loss)) === canonicalJson(spec);
  } catch {
    return false;
  }
}

/** A layer as the model cnn lists it; nothing of those that follow from others. */
function cnnLayer(layer: LayerSpec): Partial<CnnLayer>[] {
  switch (layer.kind) {
    case "conv2d": {
      const { outChannels, kernelHeight, kernelWidth, stride, padding } = layer;
      const kernel =
        kernelHeight === kernelWidth ? kernelHeight : ([kernelHeight, kernelWidth] as [number, number]);
      return [
        {
          conv: outChannels,
          kernel,
          ...(stride === 1 ? {} : { stride }),
          ...(padding === 0 ? {} : { padding }),
        },
      ];
    }
    case "max-pool":
      return [{ pool: layer.size, ...(layer.stride === layer.size ? {} : { stride: layer.stride }) }];
    case "dense":
      return [{ dense: layer.outputs }];
    case "flatten":
    case "activation":
    case "embeddings":
    case "transformer-block":
    case "first-token":
      return [];
  }
}
