import type { Masks } from "../../network/mask.ts";
import type { NetworkSpec, WeightedLayer } from "../../network/specification.ts";
import { weightedLayers } from "../../network/weighted-layers.ts";

/**
 * The kernels have a bias in every layer. A layer without one gets one that is pruned: zeros, which add nothing, which no
 * step moves, and of which a unit without inputs is the activation. It never shows outside.
 */

/** The name of a layer's bias, whether or not the network has it. */
export function biasName({ layer }: { readonly layer: WeightedLayer }): string {
  return `${layer.name}.bias`;
}

/** Masks that prune the biases which the network lacks. */
export function absentBiases(spec: NetworkSpec): Masks {
  const lacking = weightedLayers(spec).filter(({ bias }) => bias === undefined);
  return new Map(lacking.map((placed) => [biasName(placed), new Uint8Array(placed.weight.shape[0] ?? 0)]));
}
