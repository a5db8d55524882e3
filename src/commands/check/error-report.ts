import { PruneLabError } from "../../foundations/errors.ts";

export interface ComparedPlaces {
  readonly results: string;
  readonly baseline: string;
}

/** Why there is no comparison, for reports that are awaited nonetheless. */
export interface CheckError extends ComparedPlaces {
  readonly headline: string;
  /** What follows: the lines of a list, and what helps. */
  readonly details: readonly string[];
}

export function checkError(thrown: unknown, { results, baseline }: ComparedPlaces): CheckError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const hint = thrown instanceof PruneLabError ? thrown.hint : undefined;
  const [headline = "", ...lines] = message.split("\n");
  const details = [...lines, ...(hint === undefined ? [] : [hint])].map((line) => line.trim());
  return { results, baseline, headline, details };
}
