/** 1 keeps a value, 0 prunes it; a parameter without an entry is kept whole. */
export type Masks = ReadonlyMap<string, Uint8Array>;

/**
 * Number of values a mask keeps. Masks change between epochs, and that must not cost one: sums, here and wherever what
 * is kept is found, instead of branches, which no CPU could predict.
 */
export function countKept(mask: Uint8Array): number {
  let kept = 0;
  for (let i = 0; i < mask.length; i++) kept += mask[i] as number;
  return kept;
}

/** The flat indices of the values that a mask keeps, in order. */
export function findKept(mask: Uint8Array, count = countKept(mask)): Int32Array {
  // Written always, counted if kept: with room for one more.
  const indices = new Int32Array(count + 1);
  for (let i = 0, n = 0; i < mask.length; i++) {
    indices[n] = i;
    n += mask[i] as number;
  }
  return indices.subarray(0, count);
}
