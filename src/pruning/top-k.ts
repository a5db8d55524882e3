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
  const { key, ties, equal } = lowest([scores], k);
  const bits = bitsOf(scores);
  const mask = new Uint8Array(bits.length);
  for (let i = 0; i < bits.length; i++) mask[i] = Number(keyOf(bits[i] as number) > key);
  // Of those that equal the k-th lowest the last stay.
  for (let i = bits.length - 1, kept = equal - ties; kept > 0; i--) {
    if (keyOf(bits[i] as number) !== key) continue;
    mask[i] = 1;
    kept--;
  }
  return mask;
}

/**
 * Of the k lowest scores of all tensors together, how many lie in each; of equal scores those of the tensors that
 * come first. Pruning so many of each tensor by `pruneLowest` prunes the k lowest of all. Throws as it does.
 */
export function countLowest(tensors: readonly Float32Array[], k: number): number[] {
  const { key, ties } = lowest(tensors, k);
  let left = ties;
  return tensors.map((scores) => {
    const bits = bitsOf(scores);
    let below = 0;
    let equal = 0;
    for (let i = 0; i < bits.length; i++) {
      const own = keyOf(bits[i] as number);
      below += Number(own < key);
      equal += Number(own === key);
    }
    const taken = Math.min(equal, left);
    left -= taken;
    return below + taken;
  });
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

/** The k-th lowest score of all tensors. */
interface Lowest {
  readonly key: number;
  /** How many scores equal it, and how many of them are among the k lowest. */
  readonly equal: number;
  readonly ties: number;
}

/**
 * Takes time that grows with the number of scores, and no copy of them: a radix selection, which finds first the upper and
 * then the lower half of the key's bits. For k = 0 a key below all others.
 */
function lowest(tensors: readonly Float32Array[], k: number): Lowest {
  const size = tensors.reduce((sum, { length }) => sum + length, 0);
  if (!Number.isInteger(k) || k < 0 || k > size) throw new RangeError(`cannot prune ${k} of ${size} values`);
  if (k === 0) return { key: -MAGNITUDE - 1, equal: 0, ties: 0 };
  const counts = new Int32Array(HALVES);
  for (const scores of tensors) countUpper(bitsOf(scores), counts);
  const upper = bucketOf(counts, k);
  counts.fill(0);
  for (const scores of tensors) countLower(bitsOf(scores), upper.bucket, counts);
  const lower = bucketOf(counts, upper.rank);
  const key = ((upper.bucket - HALVES / 2) << HALF_BITS) | lower.bucket;
  return { key, equal: counts[lower.bucket] as number, ties: lower.rank };
}

/** Counts scores by the upper half of their keys, the lowest first. */
function countUpper(bits: Int32Array, counts: Int32Array): void {
  for (let i = 0; i < bits.length; i++) {
    const half = (keyOf(bits[i] as number) >> HALF_BITS) + HALVES / 2;
    counts[half] = (counts[half] as number) + 1;
  }
}

/** Counts those with the upper half `bucket` by the lower one. */
function countLower(bits: Int32Array, bucket: number, counts: Int32Array): void {
  const upper = bucket - HALVES / 2;
  for (let i = 0; i < bits.length; i++) {
    const key = keyOf(bits[i] as number);
    if (key >> HALF_BITS !== upper) continue;
    const half = key & (HALVES - 1);
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
