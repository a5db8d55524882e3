import { decision } from "./calibration.ts";

/** How a network does on one class. */
export interface ClassCount {
  /** Test examples of the class. */
  readonly examples: number;
  readonly correct: number;
}

/** By class: how many examples it has and how many are taken for it. `logits` are [labels.length, classes], row-major. */
export function classCounts(logits: Float32Array, labels: Uint8Array): ClassCount[] {
  const classes = logits.length / labels.length;
  const counts = Array.from({ length: classes }, () => ({ examples: 0, correct: 0 }));
  for (const [i, label] of labels.entries()) {
    const count = counts[label];
    if (count === undefined) throw new RangeError(`a label of ${label} among ${classes} classes`);
    count.examples++;
    if (decision(logits.subarray(i * classes, (i + 1) * classes)).top === label) count.correct++;
  }
  return counts;
}
