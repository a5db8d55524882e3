import type { Parameters } from "./parameters.ts";

/** 1 keeps a value, 0 prunes it; a parameter without an entry is kept whole. */
export type Masks = ReadonlyMap<string, Uint8Array>;

/** What a file adds to the name of a tensor for its mask, as torch.nn.utils.prune does. */
export const MASK_SUFFIX = "_mask";

/**
 * Number of values a mask keeps. Masks change between epochs, and that must not cost one: sums, here and wherever what
 * is kept is found, instead of branches, which no CPU could predict.
 */
export function countKept(mask: Uint8Array): number {
  let kept = 0;
  const words = wordsOf(mask);
  // The highest byte of the product is the sum of the four.
  for (let i = 0; i < words.length; i++) kept += Math.imul(words[i] as number, 0x01010101) >>> 24;
  for (let i = 4 * words.length; i < mask.length; i++) kept += mask[i] as number;
  return kept;
}

/** Four values at a time, as long as there are four; none where they do not lie as words do. */
function wordsOf({ buffer, byteOffset, length }: Uint8Array): Int32Array {
  return byteOffset % 4 === 0 ? new Int32Array(buffer, byteOffset, length >> 2) : new Int32Array();
}

/** The flat indices of the values that a mask keeps, in order. */
export function findKept(mask: Uint8Array, count = countKept(mask)): Int32Array {
  // Written always, counted if kept: with room for one more.
  const indices = new Int32Array(count + 1);
  const words = wordsOf(mask);
  let n = 0;
  for (let w = 0; w < words.length; w++) {
    const word = words[w] as number;
    if (word === 0) continue;
    for (let i = 4 * w; i < 4 * w + 4; i++) {
      indices[n] = i;
      n += mask[i] as number;
    }
  }
  for (let i = 4 * words.length; i < mask.length; i++) {
    indices[n] = i;
    n += mask[i] as number;
  }
  return indices.subarray(0, count);
}

/** The values that a mask keeps of a matrix: their flat indices in order, and where those of each row begin; an end follows. */
export interface KeptRows {
  readonly indices: Int32Array;
  readonly starts: Int32Array;
}

/** What a mask keeps of a matrix with so many columns. */
export function keptRows(mask: Uint8Array, columns: number): KeptRows {
  const indices = findKept(mask);
  const starts = new Int32Array(mask.length / columns + 1);
  for (let row = 0, n = 0; row < starts.length; row++) {
    while (n < indices.length && (indices[n] as number) < row * columns) n++;
    starts[row] = n;
  }
  return { indices, starts };
}

/** Values with 0 in place of what masks prune; tensors without a mask are the same ones. Those with one share their memory. */
export function withoutPruned(parameters: Parameters, masks: Masks): Parameters {
  const size = [...masks.values()].reduce((sum, { length }) => sum + length, 0);
  const memory = new ArrayBuffer(size * Float32Array.BYTES_PER_ELEMENT);
  let start = 0;
  return new Map(
    [...parameters].map(([name, values]) => {
      const mask = masks.get(name);
      if (mask === undefined) return [name, values];
      const kept = new Float32Array(memory, start, mask.length);
      start += kept.byteLength;
      writeKept(kept, values, mask);
      return [name, kept];
    }),
  );
}

/** With 0 in place of what is pruned. Integers, so that there are no branches, which no CPU could predict. */
function writeKept(kept: Float32Array, values: Float32Array, mask: Uint8Array): void {
  const [to, from] = [kept, values].map(
    ({ buffer, byteOffset, length }) => new Int32Array(buffer, byteOffset, length),
  ) as [Int32Array, Int32Array];
  for (let i = 0; i < to.length; i++) to[i] = (from[i] as number) & -(mask[i] as number);
}
