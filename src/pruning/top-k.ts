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
  if (!Number.isInteger(k) || k < 0 || k > scores.length) {
    throw new RangeError(`cannot prune ${k} of ${scores.length} values`);
  }
  const mask = new Uint8Array(scores.length).fill(1);
  if (k === 0) return mask;
  const keys = sortKeys(scores);
  // The k-th lowest score splits the rest into below, ties, above.
  const threshold = lowest(keys, k);
  let left = k;
  for (let i = 0; i < keys.length; i++) {
    if ((keys[i] as number) < threshold) {
      mask[i] = 0;
      left--;
    }
  }
  for (let i = 0; left > 0; i++) {
    if (keys[i] === threshold) {
      mask[i] = 0;
      left--;
    }
  }
  return mask;
}

/**
 * Of the k lowest scores of all tensors together, how many lie in each; of equal scores those of the tensors that
 * come first. Pruning so many of each tensor by `pruneLowest` prunes the k lowest of all. Throws as it does.
 */
export function countLowest(tensors: readonly Float32Array[], k: number): number[] {
  const starts: number[] = [];
  let size = 0;
  for (const { length } of tensors) {
    starts.push(size);
    size += length;
  }
  const pooled = new Float32Array(size);
  tensors.forEach((scores, i) => pooled.set(scores, starts[i]));
  const mask = pruneLowest(pooled, k);
  return starts.map((start, i) => {
    const { length } = tensors[i] as Float32Array;
    return length - countKept(mask.subarray(start, start + length));
  });
}

/** Integers in the order of the scores: of a negative number all bits are turned, of others the sign alone. */
function sortKeys(scores: Float32Array): Uint32Array {
  const keys = new Uint32Array(scores.slice().buffer);
  for (let i = 0; i < keys.length; i++) {
    const bits = keys[i] as number;
    const score = scores[i] as number;
    // A NaN may have either sign, and a zero too.
    if (Number.isNaN(score)) keys[i] = 0xffffffff;
    else keys[i] = score < 0 ? ~bits : bits | 0x80000000;
  }
  return keys;
}

const HALF_BITS = 16;
const HALVES = 2 ** HALF_BITS;

/**
 * The k-th lowest key, in time that grows with their number: a radix selection, which finds first the upper and
 * then the lower half of its bits.
 */
function lowest(keys: Uint32Array, k: number): number {
  const counts = new Uint32Array(HALVES);
  for (let i = 0; i < keys.length; i++) {
    const half = (keys[i] as number) >>> HALF_BITS;
    counts[half] = (counts[half] as number) + 1;
  }
  const upper = bucketOf(counts, k);
  counts.fill(0);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    const half = key & (HALVES - 1);
    if (key >>> HALF_BITS === upper.bucket) counts[half] = (counts[half] as number) + 1;
  }
  return upper.bucket * HALVES + bucketOf(counts, upper.rank).bucket;
}

/** The bucket that the k-th lowest lies in, and its rank among those there; ranks count from 1. */
function bucketOf(counts: Uint32Array, k: number): { readonly bucket: number; readonly rank: number } {
  let rank = k;
  let bucket = 0;
  while (rank > (counts[bucket] as number)) rank -= counts[bucket++] as number;
  return { bucket, rank };
}
