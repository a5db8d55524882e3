import type { ExampleSet } from "../engines/examples.ts";

/** What the best guess that ignores its input reaches on a set of examples: a network that learned beats it. */
export interface ConstantGuess {
  /** The share of the largest class; null for a regression. */
  readonly accuracy: number | null;
  /**
   * The mean loss: the entropy of the classes, in nats, for the guess that knows their shares; for a regression the
   * variance of the targets, mean over the outputs, for the guess that knows their means.
   */
  readonly loss: number;
}

/** Undefined for a set without examples. */
export function constantGuess({ count, targets }: ExampleSet): ConstantGuess | undefined {
  if (count === 0) return undefined;
  if (targets.kind === "classes") {
    const shares = sharesOf(targets.labels, targets.classes);
    const entropy = shares.reduce((sum, share) => sum - share * Math.log(share), 0);
    return { accuracy: Math.max(...shares), loss: entropy };
  }
  const { values, width } = targets;
  const variances = Array.from({ length: width }, (_, output) => variance(values, output, width));
  return { accuracy: null, loss: variances.reduce((sum, one) => sum + one, 0) / width };
}

/** The guess of a classification of which only the number of classes is known: as if all were of one size. */
export function evenGuess(classes: number): ConstantGuess {
  return { accuracy: 1 / classes, loss: Math.log(classes) };
}

/** Of the classes that occur. */
function sharesOf(labels: Uint8Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts.filter((count) => count > 0).map((count) => count / labels.length);
}

/** Of every `width`th value from `first` on. */
function variance(values: Float32Array, first: number, width: number): number {
  const count = values.length / width;
  const over = (amount: (value: number) => number) => {
    let sum = 0;
    for (let i = first; i < values.length; i += width) sum += amount(values[i] as number);
    return sum / count;
  };
  const mean = over((value) => value);
  return over((value) => (value - mean) ** 2);
}
