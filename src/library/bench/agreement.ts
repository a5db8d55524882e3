import { failure, inputError } from "../../foundations/errors.ts";
import type { BenchSubject } from "./contenders.ts";

/** Far above rounding, far below what would change an answer. */
const TOLERANCE = 1e-4;

/**
 * Compares what all forms and engines give for the same weights: a time of something that computes something else is worth
 * nothing. Gives the greatest difference of an output, as a part of the greatest output, or of 1 where all are smaller.
 *
 * Throws a PruneLabError of kind `failure` where one is above 1e-4, and of kind `input` for a network that has diverged.
 */
export async function compareOutputs(
  file: string,
  subjects: readonly BenchSubject[],
  batches: readonly number[],
): Promise<number> {
  let greatest = 0;
  for (const batch of batches) {
    const first = new Map<string, { readonly subject: BenchSubject; readonly outputs: Float32Array }>();
    for (const subject of subjects) {
      const outputs = await subject.outputs(batch);
      if (!outputs.every(Number.isFinite)) {
        throw inputError(`${file}: the network has diverged: its outputs are not numbers.`);
      }
      const reference = first.get(subject.form.weights);
      if (reference === undefined) {
        first.set(subject.form.weights, { subject, outputs });
        continue;
      }
      const difference = differenceOf(reference.outputs, outputs);
      if (!(difference <= TOLERANCE)) {
        throw failure(
          `${file}: ${wordsOf(subject)} does not compute what ${wordsOf(reference.subject)} does: their outputs differ ` +
            `by ${difference.toPrecision(3)} of the largest.`,
        );
      }
      greatest = Math.max(greatest, difference);
    }
  }
  return greatest;
}

const wordsOf = ({ form, engine }: BenchSubject) => `${form.name} on ${engine}`;

function differenceOf(expected: Float32Array, found: Float32Array): number {
  if (expected.length !== found.length) return Number.POSITIVE_INFINITY;
  let largest = 1;
  let difference = 0;
  for (const [i, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs(value - (found[i] as number)));
  }
  return difference / largest;
}
