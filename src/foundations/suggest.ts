import { closest, distance } from "fastest-levenshtein";

/**
 * Other words that people write for a choice, in lower case and without `-`, `_`, `.` and spaces:
 * `{ l1: "l1-unstructured" }`.
 */
export type Aliases = Readonly<Record<string, string>>;

/** Nobody mistypes a word this long. */
const LONGEST_WORD = 100;

/**
 * The choice that a word means: by an alias, but for case and hyphens, or the nearest to it as a mistyped word;
 * undefined when none is near enough to be meant.
 */
export function nearest(word: string, choices: readonly string[], aliases: Aliases = {}): string | undefined {
  if (choices.length === 0 || word.length > LONGEST_WORD) return undefined;
  const plain = bare(word);
  const alias = Object.hasOwn(aliases, plain) ? aliases[plain] : undefined;
  if (alias !== undefined && choices.includes(alias)) return alias;
  const same = choices.find((choice) => bare(choice) === plain);
  if (same !== undefined) return same;
  const best = closest(word.toLowerCase(), choices.slice());
  const allowed = Math.max(2, Math.floor(best.length / 3));
  // A short word is near to many: all of it must not be wrong.
  if (distance(word.toLowerCase(), best.toLowerCase()) >= Math.max(word.length, best.length))
    return undefined;
  return distance(word.toLowerCase(), best.toLowerCase()) <= allowed ? best : undefined;
}

/** " Did you mean 'x'?" with a leading space, or an empty text. */
export function didYouMean(word: string, choices: readonly string[], aliases: Aliases = {}): string {
  const match = nearest(word, choices, aliases);
  return match === undefined ? "" : ` Did you mean '${match}'?`;
}

/** As aliases are written. */
export function bare(word: string): string {
  return word.toLowerCase().replace(/[-_.\s]/g, "");
}
