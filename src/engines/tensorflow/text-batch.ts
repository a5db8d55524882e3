import type { TokenValues } from "../examples.ts";
import type { Runtime, Tensor } from "./runtime.ts";

/** What is added to the score of a place after a text's end: so far below the others that the softmax gives 0 there. */
const NOWHERE = -1e9;

/**
 * The texts of a batch, token after token without padding: layers that work on each token have [tokens, width]. Attention
 * alone lays texts side by side, as long as the longest.
 */
export interface TextBatch {
  /** What is looked up: [tokens]. */
  readonly tokens: Tensor;
  /** The place of each token in its text: [tokens]. */
  readonly places: Tensor;
  /** Where each text begins: [texts]. */
  readonly starts: Tensor;
  /** Number of tokens. */
  readonly count: number;
  /** Tokens of the longest text. */
  readonly longest: number;
  /** The largest token. */
  readonly largest: number;
  /** Added to scores, [texts, 1, 1, longest]: 0 for a token. */
  readonly penalties: Tensor;
  /** [texts, 1, longest, 1]: 1 for a token, 0 after the text's end. */
  readonly isToken: Tensor;
  /** By number of heads. */
  readonly heads: ReadonlyMap<number, HeadRows>;
}

/** How rows of [tokens, width], cut into heads, come to lie side by side, and back. */
export interface HeadRows {
  /** [texts, heads, longest] of the rows of [tokens * heads]; after a text's end any of them. */
  readonly apart: Tensor;
  /** [tokens, heads] of the rows of [texts * heads * longest]. */
  readonly together: Tensor;
}

/** Lays out the texts at `indices`, in that order, for attention with these numbers of heads. */
export function textBatch(
  runtime: Runtime,
  texts: TokenValues,
  indices: Uint32Array,
  heads: ReadonlySet<number>,
): TextBatch {
  const lengths = Array.from(indices, (index) => lengthOf(texts, index));
  const count = lengths.reduce((sum, length) => sum + length, 0);
  const longest = Math.max(0, ...lengths);
  const [tokens, places] = [new Int32Array(count), new Int32Array(count)];
  const starts = new Int32Array(lengths.length);
  const penalties = new Float32Array(lengths.length * longest).fill(NOWHERE);
  const isToken = new Float32Array(lengths.length * longest);
  let first = 0;
  lengths.forEach((length, text) => {
    const start = texts.starts[indices[text] as number] as number;
    starts[text] = first;
    tokens.set(texts.values.subarray(start, start + length), first);
    for (let place = 0; place < length; place++) places[first + place] = place;
    penalties.fill(0, text * longest, text * longest + length);
    isToken.fill(1, text * longest, text * longest + length);
    first += length;
  });
  return {
    tokens: runtime.upload(tokens, [count]),
    places: runtime.upload(places, [count]),
    starts: runtime.upload(starts, [lengths.length]),
    count,
    longest,
    largest: tokens.reduce((largest, token) => Math.max(largest, token), 0),
    penalties: runtime.upload(penalties, [lengths.length, 1, 1, longest]),
    isToken: runtime.upload(isToken, [lengths.length, 1, longest, 1]),
    heads: new Map([...heads].map((number) => [number, headRows(runtime, starts, lengths, longest, number)])),
  };
}

function headRows(
  runtime: Runtime,
  starts: Int32Array,
  lengths: readonly number[],
  longest: number,
  heads: number,
): HeadRows {
  const count = lengths.reduce((sum, length) => sum + length, 0);
  const apart = new Int32Array(lengths.length * heads * longest);
  const together = new Int32Array(count * heads);
  lengths.forEach((length, text) => {
    const first = starts[text] as number;
    for (let head = 0; head < heads; head++) {
      for (let place = 0; place < length; place++) {
        const [here, there] = [(first + place) * heads + head, (text * heads + head) * longest + place];
        apart[there] = here;
        together[here] = there;
      }
    }
  });
  return {
    apart: runtime.upload(apart, [lengths.length, heads, longest]),
    together: runtime.upload(together, [count, heads]),
  };
}

/** Tokens of the text at an index. */
export function lengthOf({ starts }: TokenValues, index: number): number {
  return (starts[index + 1] as number) - (starts[index] as number);
}
