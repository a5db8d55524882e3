import { inputError } from "../../foundations/errors.ts";
import type { LoadContext } from "../dataset.ts";
import type { Sentences } from "./sentences.ts";
import type { TextTokenizer } from "./tokenizer.ts";

/** Texts in pieces: text i has values[starts[i]] .. values[starts[i + 1] - 1]. */
export interface CutTexts {
  readonly sentences: Sentences;
  readonly values: Uint16Array | Int32Array;
  /** One more than there are texts. */
  readonly starts: Uint32Array;
}

/**
 * Cuts each text into pieces, and off after `most` of them, the last of which ends it, as transformers does; how many were cut
 * off is told. Throws a PruneLabError of kind `input` with file and line for a text of which nothing is left.
 */
export function cutIntoPieces(
  sentences: Sentences,
  { encode, end, vocabulary }: TextTokenizer,
  most: number,
  { notify }: Pick<LoadContext, "notify">,
): CutTexts {
  const starts = new Uint32Array(sentences.texts.length + 1);
  const pieces: number[] = [];
  let cutOff = 0;
  for (const [row, text] of sentences.texts.entries()) {
    const own = encode(text);
    // What begins and what ends a text is always there.
    if (own.length <= 2) throw inputError(`${sentences.place(row)}: the text has no characters that count.`);
    if (own.length > most) cutOff++;
    for (const piece of own.length > most ? [...own.slice(0, most - 1), end] : own) pieces.push(piece);
    starts[row + 1] = pieces.length;
  }
  if (cutOff > 0) {
    const files = sentences.sources.map(({ file }) => file).join(", ");
    notify(
      `${cutOff} of the ${sentences.texts.length} texts of ${files} have more than ${most} pieces, and are cut off there.`,
    );
  }
  const values = vocabulary <= 2 ** 16 ? Uint16Array.from(pieces) : Int32Array.from(pieces);
  return { sentences, values, starts };
}

/** The first `limit` of them; null: all. */
export function firstOf<T extends CutTexts & { readonly labels: Uint8Array }>(
  texts: T,
  limit: number | null,
): T {
  if (limit === null || limit >= texts.labels.length) return texts;
  const starts = texts.starts.subarray(0, limit + 1);
  return {
    ...texts,
    values: texts.values.subarray(0, starts[limit]),
    starts,
    labels: texts.labels.subarray(0, limit),
  };
}

/** The most pieces of any text. */
export function longestOf({ starts }: CutTexts): number {
  let longest = 0;
  for (let i = 1; i < starts.length; i++) {
    longest = Math.max(longest, (starts[i] as number) - (starts[i - 1] as number));
  }
  return longest;
}

/** Each text as one string, by which texts can be told apart. */
export function textsOf({ values, starts }: CutTexts): string[] {
  return Array.from({ length: starts.length - 1 }, (_, i) =>
    values.subarray(starts[i], starts[i + 1]).join(" "),
  );
}
