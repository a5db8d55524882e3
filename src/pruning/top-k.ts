/** The nearest integer; of two equally near ones the even one, as Python's and PyTorch's round. For x >= 0. */
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
  // The k-th lowest score splits the rest into below, ties, above.
  const threshold = lowest(scores, k);
  const below = Number.isNaN(threshold)
    ? (score: number) => !Number.isNaN(score)
    : (score: number) => score < threshold;
  const tied = Number.isNaN(threshold) ? Number.isNaN : (score: number) => score === threshold;
  let left = k;
  for (let i = 0; i < scores.length; i++) {
    if (below(scores[i] as number)) {
      mask[i] = 0;
      left--;
    }
  }
  for (let i = 0; left > 0; i++) {
    if (tied(scores[i] as number)) {
      mask[i] = 0;
      left--;
    }
  }
  return mask;
}

const HALF_BITS = 16;
const HALVES = 2 ** HALF_BITS;

/**
 * The k-th lowest of the scores, NaN last, in time that grows with their number: a radix selection, which finds
 * first the upper and then the lower half of the bits of its sort key.
 */
function lowest(scores: Float32Array, k: number): number {
  const keys = sortKeys(scores);
  const counts = new Uint32Array(HALVES);
  for (let i = 0; i < keys.length; i++) (counts[(keys[i] as number) >>> HALF_BITS] as number)++;
  const upper = bucketOf(counts, k);
  counts.fill(0);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    if (key >>> HALF_BITS === upper.bucket) (counts[key & (HALVES - 1)] as number)++;
  }
  const lower = bucketOf(counts, upper.rank);
  return scores[keys.indexOf(((upper.bucket << HALF_BITS) | lower.bucket) >>> 0)] as number;
}

/** Integers in the order of the scores: of a negative number all bits are turned, of others the sign alone. */
function sortKeys(scores: Float32Array): Uint32Array {
  const keys = new Uint32Array(scores.slice().buffer);
  for (let i = 0; i < keys.length; i++) {
    const bits = keys[i] as number;
    // A NaN may have either sign.
    if (Number.isNaN(scores[i])) keys[i] = 0xffffffff;
    else keys[i] = bits >>> 31 === 1 ? ~bits : bits | 0x80000000;
  }
  return keys;
}

/** The bucket that the k-th lowest lies in, and its rank among those there; ranks count from 1. */
function bucketOf(counts: Uint32Array, k: number): { readonly bucket: number; readonly rank: number } {
  let rank = k;
  let bucket = 0;
  while (rank > (counts[bucket] as number)) rank -= counts[bucket++] as number;
  return { bucket, rank };
}
