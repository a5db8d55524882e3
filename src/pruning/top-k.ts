import { countKept } from "../network/mask.ts";

/** The nearest integer; of two equally near ones the even one, as Python's and PyTorch's round. */
export function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const fraction = x - floor;
  if (fraction === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return fraction < 0.5 ? floor : floor + 1;
}

/**
 * The mask that prunes exactly the k lowest of the scores: 0 for those, 1 for the rest. Of equal scores (0
 * and -0 are equal) the lower index is pruned first. NaN counts as the highest score, as in torch.topk, so
 * that a broken weight is not quietly removed. Throws a RangeError unless k is an integer in 0..length.
 */
export function pruneLowest(scores: Float32Array, k: number): Uint8Array {
  const [mask = new Uint8Array()] = masksWithoutLowest([scores], k);
  return mask;
}

/**
 * Of the k lowest scores of all tensors together, how many lie in each; of equal scores those of the tensors that
 * come first. Pruning so many of each tensor by `pruneLowest` prunes the k lowest of all. Throws as it does.
 */
export function countLowest(tensors: readonly Float32Array[], k: number): number[] {
  return masksWithoutLowest(tensors, k).map((mask) => mask.length - countKept(mask));
}

/**
 * Takes time that grows with the number of scores, and no copy of them: a radix selection. The upper half of the k-th
 * lowest key settles all but the few scores that share it, which the lower half does.
 */
function masksWithoutLowest(tensors: readonly Float32Array[], k: number): Uint8Array[] {
  const size = tensors.reduce((sum, { length }) => sum + length, 0);
  if (!Number.isInteger(k) || k < 0 || k > size) throw new RangeError(`cannot prune ${k} of ${size} values`);
  if (k === 0) return tensors.map(({ length }) => new Uint8Array(length).fill(1));
  const counts = new Int32Array(HALVES);
  const all = tensors.map(bitsOf);
  for (const bits of all) countUpper(bits, counts);
  const upper = bucketOf(counts, k);
  const open = counts[upper.bucket] as number;
  const splits = all.map((bits) => splitAt(bits, upper.bucket, open));

  counts.fill(0);
  for (const [i, { candidates }] of splits.entries()) countLower(all[i] as Int32Array, candidates, counts);
  const lower = bucketOf(counts, upper.rank);
  let ties = lower.rank;
  for (const [i, { mask, candidates }] of splits.entries()) {
    const bits = all[i] as Int32Array;
    for (const candidate of candidates) {
      const half = lowerHalf(bits[candidate] as number);
      if (half > lower.bucket || (half === lower.bucket && ties-- <= 0)) mask[candidate] = 1;
    }
  }
  return splits.map(({ mask }) => mask);
}

/** The scores as they lie in memory: 32-bit integers, which are compared without becoming doubles. */
function bitsOf({ buffer, byteOffset, length }: Float32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

const INFINITE = 0x7f800000;
const MAGNITUDE = 0x7fffffff;

/** Integers in the order of the scores: of a negative number all bits but the sign are turned. */
function keyOf(bits: number): number {
  const magnitude = bits & MAGNITUDE;
  // A NaN may have either sign, and a zero too.
  if (magnitude > INFINITE) return MAGNITUDE;
  if (magnitude === 0) return 0;
  return bits ^ ((bits >> 31) & MAGNITUDE);
}

const HALF_BITS = 16;
const HALVES = 2 ** HALF_BITS;

/** From 0 for the lowest. */
function upperHalf(bits: number): number {
  return (keyOf(bits) >> HALF_BITS) + HALVES / 2;
}

function lowerHalf(bits: number): number {
  return keyOf(bits) & (HALVES - 1);
}

function countUpper(bits: Int32Array, counts: Int32Array): void {
  for (let i = 0; i < bits.length; i++) {
    const half = upperHalf(bits[i] as number);
    counts[half] = (counts[half] as number) + 1;
  }
}

/** Keeps what lies above the bucket; those in it, at most so many, are open. No branches, which no CPU could predict. */
function splitAt(bits: Int32Array, bucket: number, most: number) {
  const mask = new Uint8Array(bits.length);
  // Written always, counted if it is one: with room for one more.
  const candidates = new Int32Array(most + 1);
  let count = 0;
  for (let i = 0; i < bits.length; i++) {
    const half = upperHalf(bits[i] as number);
    mask[i] = Number(half > bucket);
    candidates[count] = i;
    count += Number(half === bucket);
  }
  return { mask, candidates: candidates.subarray(0, count) };
}

function countLower(bits: Int32Array, candidates: Int32Array, counts: Int32Array): void {
  for (let i = 0; i < candidates.length; i++) {
    const half = lowerHalf(bits[candidates[i] as number] as number);
    counts[half] = (counts[half] as number) + 1;
  }
}

/** The bucket that the k-th lowest lies in, and its rank among those there; ranks count from 1. */
function bucketOf(counts: Int32Array, k: number): { readonly bucket: number; readonly rank: number } {
  let rank = k;
  let bucket = 0;
  while (rank > (counts[bucket] as number)) rank -= counts[bucket++] as number;
  return { bucket, rank };
}
