import { connectionsOf, type WeightedStage } from "../../network/connections.ts";
import type { Masks } from "../../network/mask.ts";
import type { NetworkSpec } from "../../network/specification.ts";

/**
 * The kernels have a bias in every layer. A layer without one gets one that is pruned: zeros, which add nothing, which no
 * step moves, and of which a unit without inputs is the activation. It never shows outside.
 */

/** The name of a layer's bias, whether or not the network has it. */
export function biasName({ layer }: WeightedStage): string {
  return `${layer.name}.bias`;
}

/** Masks that prune the biases which the network lacks. */
export function absentBiases(spec: NetworkSpec): Masks {
  const lacking = connectionsOf(spec).weighted.filter(({ bias }) => bias === undefined);
  return new Map(lacking.map((stage) => [biasName(stage), new Uint8Array(stage.outputUnits)]));
}
