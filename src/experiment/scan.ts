import { inputError } from "../foundations/errors.ts";
import { type AnyMethod, isConstructed, type Method } from "../pruning/method.ts";
import { structures } from "../pruning/structures/registry.ts";
import { ownNetwork } from "./construct.ts";
import type { RunSettings } from "./settings.ts";

/**
 * Each method once for each layer that may be pruned, which it prunes alone while the others stay whole:
 * `l1-unstructured@fc1`. Throws a PruneLabError of kind `input` for a constructed network, which has no layers to choose.
 */
export function scanned(methods: readonly AnyMethod[], settings: RunSettings): Method[] {
  const layers = [...new Set(ownNetwork(settings).tensors.map(({ layer }) => layer))];
  return methods.flatMap((method) => {
    if (isConstructed(method)) {
      throw inputError(
        `prune.scan: layers prunes one layer of the trained network at a time, and ${method.name} constructs another network.`,
        { hint: "Leave it out of prune.methods, or prune.scan out of the config." },
      );
    }
    if (structures.named(method.structure.name).group !== undefined) {
      throw inputError(
        `prune.scan: layers prunes one layer at a time, and ${method.name} removes what several layers have a part of (${method.structure.name}).`,
        { hint: "Leave it out of prune.methods, or prune.scan out of the config." },
      );
    }
    return layers.map((layer) => ({ ...method, name: `${method.name}@${layer}`, layer }));
  });
}
