import type { ExampleSet } from "../engines/examples.ts";
import { inputError } from "../foundations/errors.ts";
import { randomStream } from "../foundations/random.ts";
import type { Selection } from "./assemble.ts";

/**
 * Splits a source's examples into disjoint parts of the given sizes, and `train`, which takes the rest: stratified
 * where targets are classes, at random where they are values. Throws a PruneLabError of kind `input` when
 * `sizes.validation` leaves nothing to train on.
 */
export function splitExamples<Part extends string>(
  examples: ExampleSet,
  sizes: Readonly<Record<Part | "validation", number>>,
): Record<Part | "validation" | "train", Selection> {
  const { count, targets } = examples;
  const cutOff = Object.values<number>(sizes).reduce((sum, size) => sum + size, 0);
  if (cutOff >= count) {
    const available = count - cutOff + sizes.validation;
    throw inputError(
      `dataset.validation is ${sizes.validation}, which leaves no training examples: there are ${available} in all.`,
    );
  }
  const orders =
    targets.kind === "classes" ? stratifiedSplit(targets.labels, sizes) : randomSplit(count, sizes);
  const selections = Object.entries<Uint32Array>(orders).map(([part, order]) => [part, { examples, order }]);
  return Object.fromEntries(selections) as Record<Part | "validation" | "train", Selection>;
}

/**
 * Splits labeled examples into disjoint, stratified parts of the given sizes, and `train`, which takes the rest.
 * Each part has every class in proportion, give or take one or two examples. Returns the parts' examples as
 * indices in mixed order, so that the order in which a file stores its classes does not show.
 *
 * The split depends on the labels, the sizes and the split's own `seed`, never on a run's; and on the sizes only of the
 * parts before: a test set named first is the same whatever is held out for validation.
 */
export function stratifiedSplit<Part extends string>(
  labels: Uint8Array,
  sizes: Readonly<Record<Part, number>>,
  seed = 0,
): Record<Part | "train", Uint32Array> {
  return cut(stratifiedOrder(labels, seed), sizes, seed);
}

/** The same for examples without classes, shuffled as a whole: it depends on their number and the sizes alone. */
export function randomSplit<Part extends string>(
  count: number,
  sizes: Readonly<Record<Part, number>>,
  seed = 0,
): Record<Part | "train", Uint32Array> {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  return cut(randomStream(seed, "split", "examples").shuffle(order), sizes, seed);
}

/** Cuts the parts off one after the other, and mixes each. */
function cut<Part extends string>(
  order: Uint32Array,
  sizes: Readonly<Record<Part, number>>,
  seed: number,
): Record<Part | "train", Uint32Array> {
  const parts: Record<string, Uint32Array> = {};
  let start = 0;
  for (const [part, size] of [...Object.entries<number>(sizes), ["train", order.length] as const]) {
    parts[part] = randomStream(seed, "split", part).shuffle(order.slice(start, start + size));
    start += size;
  }
  return parts as Record<Part | "train", Uint32Array>;
}

/**
 * An order of which every contiguous piece is stratified: the k-th of a class's n examples (themselves
 * shuffled) stands at the fraction (k + 1/2) / n of the whole.
 */
function stratifiedOrder(labels: Uint8Array, seed: number): Uint32Array {
  const members = new Map<number, number[]>();
  labels.forEach((label, index) => {
    const indices = members.get(label);
    if (indices === undefined) members.set(label, [index]);
    else indices.push(index);
  });
  const places: { index: number; label: number; fraction: number }[] = [];
  for (const [label, indices] of members) {
    const shuffled = randomStream(seed, "split", "class", label).shuffle(indices);
    shuffled.forEach((index, k) => places.push({ index, label, fraction: (k + 0.5) / indices.length }));
  }
  places.sort((a, b) => a.fraction - b.fraction || a.label - b.label);
  return Uint32Array.from(places, (place) => place.index);
}
