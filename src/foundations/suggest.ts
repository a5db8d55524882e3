import { closest, distance } from "fastest-levenshtein";

/** The choice nearest to a mistyped word, or undefined when none is near enough to be meant. */
export function nearest(word: string, choices: readonly string[]): string | undefined {
  if (choices.length === 0) return undefined;
  const best = closest(word.toLowerCase(), choices.slice());
  const allowed = Math.max(2, Math.floor(best.length / 3));
  return distance(word.toLowerCase(), best.toLowerCase()) <= allowed ? best : undefined;
}

/** " Did you mean 'x'?" with a leading space, or an empty text. */
export function didYouMean(word: string, choices: readonly string[]): string {
  const match = nearest(word, choices);
  return match === undefined ? "" : ` Did you mean '${match}'?`;
}
