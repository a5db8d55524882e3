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
 * Takes time that grows with the number of scores, and no copy of them: a radix selection. The upper digit of the k-th
 * lowest key settles most scores, the middle one all but a few of those that share it, and the lower one these.
 */
function masksWithoutLowest(tensors: readonly Float32Array[], k: number): Uint8Array[] {
  const size = tensors.reduce((sum, { length }) => sum + length, 0);
  if (!Number.isInteger(k) || k < 0 || k > size) throw new RangeError(`cannot prune ${k} of ${size} values`);
  if (k === 0) return tensors.map(({ length }) => new Uint8Array(length).fill(1));
  const all = tensors.map(bitsOf);
  COUNTS.fill(0);
  for (const bits of all) countUpper(bits);
  const upper = bucketOf(k);
  const splits = all.map((bits) => splitAt(bits, upper.bucket, upper.size));
  let { rank } = upper;
  for (const shift of [MIDDLE, LOWER]) {
    COUNTS.fill(0);
    for (const split of splits) countOpen(split, shift);
    const { bucket, rank: next } = bucketOf(rank);
    for (const split of splits) narrow(split, shift, bucket);
    rank = next;
  }
  // What is open still is equal.
  for (const { mask, open } of splits) {
    for (let i = Math.min(rank, open.length); i < open.length; i++) mask[open[i] as number] = 1;
    rank = Math.max(0, rank - open.length);
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

const DIGIT = 2 ** 11;
const UPPER = 21;
const MIDDLE = 10;
const LOWER = 0;
/** Scores by digit. */
const COUNTS = new Int32Array(DIGIT);

/** From 0 for the lowest. */
function upperDigit(bits: number): number {
  return (keyOf(bits) >> UPPER) + DIGIT / 2;
}

/** The lower one shares a bit with the middle one, which is the same by then. */
function digitAt(bits: number, shift: number): number {
  return (keyOf(bits) >> shift) & (DIGIT - 1);
}

function countUpper(bits: Int32Array): void {
  for (let i = 0; i < bits.length; i++) {
    const digit = upperDigit(bits[i] as number);
    COUNTS[digit] = (COUNTS[digit] as number) + 1;
  }
}

/** The scores of a tensor in the course of a selection. */
interface Split {
  readonly bits: Int32Array;
  /** 1 for what is known to stay. */
  readonly mask: Uint8Array;
  /** The places of those that it is not known of whether they go. */
  open: Int32Array;
}

/** Keeps what lies above the bucket; those in it, at most so many, are open. No branches, which no CPU could predict. */
function splitAt(bits: Int32Array, bucket: number, most: number): Split {
  const mask = new Uint8Array(bits.length);
  // Written always, counted if it is one: with room for one more.
  const open = new Int32Array(most + 1);
  let count = 0;
  for (let i = 0; i < bits.length; i++) {
    const digit = upperDigit(bits[i] as number);
    mask[i] = Number(digit > bucket);
    open[count] = i;
    count += Number(digit === bucket);
  }
  return { bits, mask, open: open.subarray(0, count) };
}

function countOpen({ bits, open }: Split, shift: number): void {
  for (let i = 0; i < open.length; i++) {
    const digit = digitAt(bits[open[i] as number] as number, shift);
    COUNTS[digit] = (COUNTS[digit] as number) + 1;
  }
}

/** As `splitAt`, of those that are open. */
function narrow(split: Split, shift: number, bucket: number): void {
  const { bits, mask, open } = split;
  let count = 0;
  for (let i = 0; i < open.length; i++) {
    const place = open[i] as number;
    const digit = digitAt(bits[place] as number, shift);
    mask[place] = Number(digit > bucket);
    open[count] = place;
    count += Number(digit === bucket);
  }
  split.open = open.subarray(0, count);
}

/** The bucket that the k-th lowest lies in, how many do, and its rank among those there; ranks count from 1. */
function bucketOf(k: number): { readonly bucket: number; readonly size: number; readonly rank: number } {
  let rank = k;
  let bucket = 0;
  while (rank > (COUNTS[bucket] as number)) rank -= COUNTS[bucket++] as number;
  return { bucket, size: COUNTS[bucket] as number, rank };
}
