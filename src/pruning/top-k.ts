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
  // Typed arrays sort by value with NaN last: the k-th lowest score splits the rest into below, ties, above.
  const threshold = scores.slice().sort()[k - 1] as number;
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
