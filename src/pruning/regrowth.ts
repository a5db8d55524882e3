import { findKept, type Masks } from "../network/mask.ts";
import type { ParameterSpec, Parameters } from "../network/parameters.ts";
import { magnitudesOf, type Scores, tensorOf } from "./criterion.ts";
import { pruneLowest } from "./top-k.ts";

/** How weights are dropped, and as many others grown. */
export interface Regrowth {
  /** Part, 0..1, of each tensor's kept weights: those with the smallest magnitude are dropped. */
  readonly drop: number;
  /**
   * Which of those that are missing grow: any, or those with the largest absolute gradient of the mean loss over so many
   * training examples.
   */
  readonly grow: { readonly by: "chance" } | { readonly by: "gradient"; readonly examples: number };
  /** A tensor gets back what it dropped; or all that is dropped is shared out by the mean absolute gradient of what each keeps. */
  readonly spread: "own" | "by gradient";
}

export interface RegrowthRequest {
  /** The tensors that pruning may touch, in layer order; each has a mask. */
  readonly tensors: readonly Pick<ParameterSpec, "name">[];
  readonly masks: Masks;
  readonly weights: Parameters;
  /** By tensor, one a value: those with the highest grow. */
  readonly growth: Scores;
  readonly regrowth: Pick<Regrowth, "drop" | "spread">;
}

/**
 * The masks after an update. As many values are kept in all as before, and in each tensor with `own`. What was dropped
 * may grow again. Of equal magnitudes the first are dropped, of equal growth scores the last grow.
 */
export function regrowMasks({ tensors, masks, weights, growth, regrowth }: RegrowthRequest): Masks {
  const reduced = tensors.map(({ name }) => {
    const mask = masks.get(name);
    if (mask === undefined) throw new RangeError(`${name} has no mask to change`);
    const kept = findKept(mask);
    const dropped = Math.floor(regrowth.drop * kept.length);
    const gone = mask.length - kept.length + dropped;
    return { name, dropped, gone, mask: withoutSmallest(mask, kept, tensorOf(weights, name), dropped) };
  });
  const grown = regrowth.spread === "own" ? reduced.map(({ dropped }) => dropped) : shares(reduced, growth);
  const next = new Map(masks);
  for (const [i, { name, gone, mask }] of reduced.entries()) {
    next.set(name, withHighest(mask, tensorOf(growth, name), { gone, grown: grown[i] as number }));
  }
  return next;
}

interface Growth {
  /** Values that are missing, and how many of them grow. */
  readonly gone: number;
  readonly grown: number;
}

/** The mask with so many of the highest scores of those that are missing. */
function withHighest(mask: Uint8Array, scores: Float32Array, growth: Growth): Uint8Array {
  const candidates = findCandidates(mask, scores, growth);
  if (candidates === undefined) return withHighestOfAll(mask, scores, growth);
  const grows = pruneLowest(valuesAt(scores, candidates), candidates.length - growth.grown);
  const grown = mask.slice();
  for (let i = 0; i < candidates.length; i++) grown[candidates[i] as number] = grows[i] as number;
  return grown;
}

/** Scores that are not finite may outdo what is kept: of a network that diverges. */
function withHighestOfAll(mask: Uint8Array, values: Float32Array, { gone, grown }: Growth): Uint8Array {
  const scores = values.slice();
  for (let i = 0; i < scores.length; i++) if (mask[i] === 1) scores[i] = Number.POSITIVE_INFINITY;
  return pruneLowest(scores, gone - grown);
}

/**
 * The places of those that are missing from some score on, which a sample of them sets so that few are left. Undefined
 * where that are fewer than grow, or too many to save anything, or where some are not finite.
 */
function findCandidates(mask: Uint8Array, scores: Float32Array, growth: Growth): Int32Array | undefined {
  const threshold = sampledThreshold(mask, scores, growth);
  const places = new Int32Array(Math.min(scores.length, 4 * growth.grown + 4096));
  let count = 0;
  for (let i = 0; i < scores.length; i++) {
    if ((scores[i] as number) < threshold || mask[i] === 1) continue;
    if (count === places.length || !((scores[i] as number) < Number.POSITIVE_INFINITY)) return undefined;
    places[count++] = i;
  }
  return count < growth.grown ? undefined : places.subarray(0, count);
}

/** A prime, so that it does not go in step with the columns of a matrix. */
const SAMPLED_EVERY = 251;

/** A score that almost surely as many reach as grow, and not many more. */
function sampledThreshold(mask: Uint8Array, scores: Float32Array, { gone, grown }: Growth): number {
  const sample: number[] = [];
  for (let i = 0; i < scores.length; i += SAMPLED_EVERY) if (mask[i] === 0) sample.push(scores[i] as number);
  const expected = (sample.length * grown) / gone;
  // Four standard deviations more than a sample finds on average.
  const rank = Math.ceil(expected + 4 * Math.sqrt(expected)) + 4;
  return Float32Array.from(sample).sort()[sample.length - rank] ?? Number.NEGATIVE_INFINITY;
}

function valuesAt(values: Float32Array, places: Int32Array): Float32Array {
  const found = new Float32Array(places.length);
  for (let i = 0; i < found.length; i++) found[i] = values[places[i] as number] as number;
  return found;
}

/** The mask without so many of the smallest magnitudes of those that it keeps, which alone are looked at. */
function withoutSmallest(
  mask: Uint8Array,
  kept: Int32Array,
  values: Float32Array,
  dropped: number,
): Uint8Array {
  const stays = pruneLowest(magnitudesOf(valuesAt(values, kept)), dropped);
  const reduced = mask.slice();
  for (let i = 0; i < kept.length; i++) reduced[kept[i] as number] = stays[i] as number;
  return reduced;
}

interface Reduced extends Pick<Growth, "gone"> {
  readonly name: string;
  readonly dropped: number;
  readonly mask: Uint8Array;
}

/**
 * How many values each tensor gets of all that were dropped: in proportion to the mean score of what it keeps, but no more
 * than it misses; the rest is shared out among the others again. Fractions go to the largest remainders.
 */
function shares(tensors: readonly Reduced[], growth: Scores): number[] {
  const counts = tensors.map(() => 0);
  let left = tensors.reduce((sum, { dropped }) => sum + dropped, 0);
  const weights = tensors.map(({ name, mask }) => meanOfKept(tensorOf(growth, name), mask));
  while (left > 0) {
    const open = tensors.flatMap(({ gone }, i) => ((counts[i] as number) < gone ? [i] : []));
    const total = open.reduce((sum, i) => sum + (weights[i] as number), 0);
    // Without any gradient all are alike.
    const wanted = open.map((i) => left * (total > 0 ? (weights[i] as number) / total : 1 / open.length));
    const whole = largestRemainders(wanted, left);
    for (const [n, i] of open.entries()) {
      const { gone } = tensors[i] as Reduced;
      const given = Math.min(whole[n] as number, gone - (counts[i] as number));
      counts[i] = (counts[i] as number) + given;
      left -= given;
    }
  }
  return counts;
}

function meanOfKept(scores: Float32Array, mask: Uint8Array): number {
  let sum = 0;
  let kept = 0;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0 || !Number.isFinite(scores[i])) continue;
    sum += Math.abs(scores[i] as number);
    kept++;
  }
  return kept === 0 ? 0 : sum / kept;
}

/** Whole numbers with the sum `total` that are nearest to the wanted ones, which have that sum too. */
function largestRemainders(wanted: readonly number[], total: number): number[] {
  const whole = wanted.map(Math.floor);
  const order = wanted.map((value, i) => ({ i, rest: value - (whole[i] as number) }));
  order.sort((a, b) => b.rest - a.rest || a.i - b.i);
  const missing = total - whole.reduce((sum, value) => sum + value, 0);
  for (const { i } of order.slice(0, missing)) whole[i] = (whole[i] as number) + 1;
  return whole;
}
