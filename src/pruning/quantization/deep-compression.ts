import { findKept } from "../../network/mask.ts";
import { BitStream } from "./bit-stream.ts";
import { huffmanCode, type PrefixCode } from "./huffman.ts";
import { largestCode, type QuantizedTensor } from "./quantizer.ts";

/** Tried for the largest gap: 2^n - 1 for each of these n. 0 stores every value, and no gaps. */
const GAP_BITS = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;

/**
 * A quantized, pruned tensor in the last form of Deep Compression (Han et al. 2016, sections 2 and 4): of each kept weight
 * its code and the gap before it, both Huffman-coded. Where a gap is larger than the largest that has a symbol, fillers
 * of the code 0 part it. What the mask keeps is stored, also where its code is 0. The stream, bit by bit:
 *
 * 1. the scales, 32 bits each;
 * 2. n, 8 bits: the largest gap is 2^n - 1. Of n = 0 to 8 the one with the fewest bytes;
 * 3. the words for codes: how many bits a length takes, 8 bits; then the length of the word for each code from
 *    -largestCode to largestCode, 0 where it does not occur. The code is canonical, so that the lengths give the words;
 * 4. unless n is 0, the words for gaps 0 to 2^n - 1 in the same way;
 * 5. the number of entries, 32 bits;
 * 6. the entries: unless n is 0, the word of the gap; the word of the code.
 *
 * Values after the last entry are 0. Shape, bits and kind of scale are known from the network and the method.
 */
export function encodeTensor(
  tensor: QuantizedTensor,
  mask: Uint8Array | undefined,
  bits: number,
): Uint8Array {
  const streams = GAP_BITS.map((gapBits) => planStream(tensor, mask, bits, gapBits));
  return writeStream(
    streams.reduce((best, stream) => (sizeOf(stream) < sizeOf(best) ? stream : best)),
    tensor,
  );
}

/** All of a stream but its scales, ready to be written. */
interface Stream {
  readonly gapBits: number;
  readonly entries: Entries;
  readonly codes: PrefixCode;
  /** Undefined without gaps. */
  readonly gaps: PrefixCode | undefined;
  /** Bits of all words of the entries. */
  readonly wordBits: number;
}

function planStream(
  tensor: QuantizedTensor,
  mask: Uint8Array | undefined,
  bits: number,
  gapBits: number,
): Stream {
  const entries = entriesOf(tensor.codes, mask, bits, 2 ** gapBits - 1);
  const codeCounts = countsOf(entries.symbols, 2 * largestCode(bits) + 1);
  const gapCounts = countsOf(entries.gaps, 2 ** gapBits);
  const codes = huffmanCode(codeCounts);
  const gaps = gapBits === 0 ? undefined : huffmanCode(gapCounts);
  const wordBits = bitsOf(codes, codeCounts) + (gaps === undefined ? 0 : bitsOf(gaps, gapCounts));
  return { gapBits, entries, codes, gaps, wordBits };
}

interface Entries {
  readonly gaps: Uint8Array;
  /** Codes from 0: with largestCode added. */
  readonly symbols: Uint8Array;
}

/** One entry a kept value, and fillers before those that lie farther than `mostGap` behind the one before. */
function entriesOf(codes: Int8Array, mask: Uint8Array | undefined, bits: number, mostGap: number): Entries {
  const zero = largestCode(bits);
  const kept = mask === undefined ? Int32Array.from(codes.keys()) : findKept(mask);
  const room = kept.length + Math.ceil(codes.length / (mostGap + 1));
  const gaps = new Uint8Array(room);
  const symbols = new Uint8Array(room);
  let count = 0;
  let next = 0;
  for (const position of kept) {
    for (; position - next > mostGap; next += mostGap + 1, count++) {
      gaps[count] = mostGap;
      symbols[count] = zero;
    }
    gaps[count] = position - next;
    symbols[count] = zero + (codes[position] as number);
    count++;
    next = position + 1;
  }
  return { gaps: gaps.subarray(0, count), symbols: symbols.subarray(0, count) };
}

function countsOf(symbols: Uint8Array, alphabet: number): readonly number[] {
  const counts = new Array<number>(alphabet).fill(0);
  for (const symbol of symbols) counts[symbol] = (counts[symbol] as number) + 1;
  return counts;
}

function bitsOf({ lengths }: PrefixCode, counts: readonly number[]): number {
  return lengths.reduce((sum, length, symbol) => sum + length * (counts[symbol] as number), 0);
}

/** Bits of a table of lengths: 8, and for each symbol enough for the longest. */
function tableBits({ lengths }: PrefixCode): number {
  return 8 + lengths.length * lengthBits(lengths);
}

function lengthBits(lengths: readonly number[]): number {
  return Math.ceil(Math.log2(Math.max(...lengths) + 1));
}

/** Bits of all that differs between the streams of one tensor. */
function sizeOf({ codes, gaps, wordBits }: Stream): number {
  return tableBits(codes) + (gaps === undefined ? 0 : tableBits(gaps)) + wordBits;
}

function writeStream({ gapBits, entries, codes, gaps }: Stream, { scales }: QuantizedTensor): Uint8Array {
  const stream = new BitStream();
  for (const word of new Uint32Array(scales.slice().buffer)) stream.write(word, 32);
  stream.write(gapBits, 8);
  writeTable(stream, codes);
  if (gaps !== undefined) writeTable(stream, gaps);
  stream.write(entries.symbols.length, 32);
  for (const [i, symbol] of entries.symbols.entries()) {
    if (gaps !== undefined) writeWord(stream, gaps, entries.gaps[i] as number);
    writeWord(stream, codes, symbol);
  }
  return stream.bytes();
}

function writeTable(stream: BitStream, { lengths }: PrefixCode): void {
  const bits = lengthBits(lengths);
  stream.write(bits, 8);
  for (const length of lengths) stream.write(length, bits);
}

function writeWord(stream: BitStream, { lengths, words }: PrefixCode, symbol: number): void {
  stream.write(words[symbol] as number, lengths[symbol] as number);
}
