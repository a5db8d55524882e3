import type { ExampleSet } from "../examples.ts";
import { lengthOf } from "./text-batch.ts";

/** Examples at a time where there is no backward pass. */
const EXAMPLES = 500;
/** Of texts, the most tokens at a time, each text taken to be as long as the longest beside it. */
const TOKENS = 8192;

/**
 * The places of `order` in the batches that pass forward: as they come; of texts the longest first, so that texts of about
 * one length are together.
 */
export function forwardBatches({ inputs }: ExampleSet, order: Uint32Array): Uint32Array[] {
  const places = Uint32Array.from(order.keys());
  if (inputs.kind !== "tokens") return cut(places, () => EXAMPLES);
  const length = (place: number) => lengthOf(inputs, order[place] as number);
  places.sort((a, b) => length(b) - length(a) || a - b);
  return cut(places, (first) => Math.max(1, Math.floor(TOKENS / length(first))));
}

/** Cuts places into batches of at most what `most` says of the first of each. */
function cut(places: Uint32Array, most: (first: number) => number): Uint32Array[] {
  const batches: Uint32Array[] = [];
  for (let start = 0; start < places.length; start += batches.at(-1)?.length ?? 0) {
    batches.push(places.subarray(start, start + most(places[start] as number)));
  }
  return batches;
}
