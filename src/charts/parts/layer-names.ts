import type { LayerRow } from "../../recording/rows.ts";

/** Longer names are cut at a dot, from the front: what tells the layers of a network apart is at the end. */
const MOST_CHARACTERS = 27;

/**
 * Names of layers or tensors as a chart has room for: `…layer.0.attention.q_lin`. Those that would be the same stay whole.
 */
export function layerNames(names: readonly string[]): ReadonlyMap<string, string> {
  const short = names.map(shortName);
  return new Map(
    names.map((name, i) => {
      const own = short[i] as string;
      return [name, short.indexOf(own) === short.lastIndexOf(own) ? own : name];
    }),
  );
}

function shortName(name: string): string {
  if (name.length <= MOST_CHARACTERS) return name;
  const parts = name.split(".");
  let first = 0;
  while (first < parts.length - 1 && parts.slice(first).join(".").length >= MOST_CHARACTERS) first++;
  return first === 0 ? name : `…${parts.slice(first).join(".")}`;
}

/** Layers that multiply: embeddings and norms, which pruning leaves alone, would fill a chart of sparsities with zeros. */
export function multipliedLayers(layers: readonly LayerRow[]): ReadonlySet<string> {
  return new Set(layers.filter(({ macs, sparsity }) => macs > 0 || sparsity > 0).map(({ layer }) => layer));
}
