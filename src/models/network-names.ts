import type * as z from "zod";
import { sizeOf } from "../network/shapes.ts";
import { hasWeights, type NetworkSpec, readsTokens } from "../network/specification.ts";
import { buildNetwork, type ModelOptions, modelSchema, models } from "./registry.ts";

/**
 * The names that a network goes by: that of its model; those of the registered models that are the same network, whatever
 * its biases and activations are; and its widths, such as `784-300-100-10`, where all of its layers are dense.
 */
export function networkNames(spec: NetworkSpec, model: string): ReadonlySet<string> {
  if (readsTokens(spec)) return new Set([model]);
  const equal = models.names().filter((name) => widthsText(defaultNetwork(name, spec)) === widthsText(spec));
  const dense = spec.layers.filter(hasWeights).every(({ kind }) => kind === "dense");
  return new Set([model, ...equal, ...(dense ? [denseWidths(spec)] : [])]);
}

/** A model with its default options, for the same examples and outputs; undefined where it does not fit them. */
function defaultNetwork(name: string, { inputShape, layers, loss }: NetworkSpec): NetworkSpec | undefined {
  const last = layers.findLast(hasWeights);
  const { data } = (modelSchema() as z.ZodType<ModelOptions>).safeParse({ name });
  if (data === undefined || last?.kind !== "dense") return undefined;
  try {
    return buildNetwork(data, inputShape, last.outputs, loss);
  } catch {
    return undefined;
  }
}

/** What its weighted layers are, as text; nothing of no network. */
function widthsText(spec: NetworkSpec | undefined): string | undefined {
  return spec && JSON.stringify(spec.layers.filter(hasWeights).map(({ bias: _, ...layer }) => layer));
}

function denseWidths({ inputShape, layers }: NetworkSpec): string {
  const widths = layers.flatMap((layer) => (layer.kind === "dense" ? [layer.outputs] : []));
  return [sizeOf(inputShape), ...widths].join("-");
}
