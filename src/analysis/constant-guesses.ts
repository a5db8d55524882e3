import { type ConstantGuess, evenGuess } from "../datasets/constant-guess.ts";
import { datasets } from "../datasets/registry.ts";
import type { Manifest } from "../recording/manifest.ts";
import type { ResultRow } from "../recording/rows.ts";

/** What the guess that ignores its input reaches on the test examples of a row; undefined where nothing says it. */
export type GuessOf = (row: Pick<ResultRow, "study" | "dataset">) => ConstantGuess | undefined;

/** By the name of the dataset alone, which is all that a table on its own has. */
export const guessByName: GuessOf = ({ dataset }) => {
  const classes = datasets.list().find(({ resultNames }) => resultNames.includes(dataset))?.classes;
  return classes === undefined ? undefined : evenGuess(classes);
};

/** As the manifests of these studies record it; by the name of the dataset where they do not. */
export function recordedGuesses(
  studies: readonly { readonly name: string; readonly manifest: Manifest | undefined }[],
): GuessOf {
  const byStudy = new Map(studies.map(({ name, manifest }) => [name, recordedGuess(manifest?.dataset)]));
  return (row) => byStudy.get(row.study) ?? guessByName(row);
}

/**
 * Of the dataset in a manifest, which is a file like any other and may be edited, or written by a version that
 * recorded the number of classes alone.
 */
export function recordedGuess(dataset: unknown): ConstantGuess | undefined {
  const { constantGuess: guess, targets } = (dataset ?? {}) as {
    readonly constantGuess?: Partial<Record<keyof ConstantGuess, unknown>>;
    readonly targets?: { readonly classes?: unknown };
  };
  const { accuracy, loss } = guess ?? {};
  if (typeof loss === "number" && (typeof accuracy === "number" || accuracy === null)) {
    return { accuracy, loss };
  }
  const classes = targets?.classes;
  return typeof classes === "number" && classes > 1 ? evenGuess(classes) : undefined;
}
