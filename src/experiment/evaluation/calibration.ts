/** Bins of equal width over the confidence, as in Guo et al. 2017. */
export const CALIBRATION_BINS = 15;

/** One bin: the examples whose confidence lies in it. */
export interface CalibrationBin {
  readonly examples: number;
  readonly correct: number;
  /** Sum of the confidences. */
  readonly confidence: number;
}

/**
 * How sure a network is, and how often it is right: the examples by the softmax probability of the class that it takes, the
 * first of equals. `logits` are [labels.length, classes], row-major. Bin b holds confidences above b/15 up to (b+1)/15.
 */
export function calibrationBins(logits: Float32Array, labels: Uint8Array): CalibrationBin[] {
  const classes = logits.length / labels.length;
  const bins = Array.from({ length: CALIBRATION_BINS }, () => ({ examples: 0, correct: 0, confidence: 0 }));
  for (const [i, label] of labels.entries()) {
    const { top, confidence } = decision(logits.subarray(i * classes, (i + 1) * classes));
    const bin = bins[Math.max(Math.ceil(confidence * CALIBRATION_BINS) - 1, 0)];
    if (bin === undefined) throw new RangeError(`a confidence of ${confidence}`);
    bin.examples++;
    bin.confidence += confidence;
    if (top === label) bin.correct++;
  }
  return bins;
}

/** The class that an example is taken for, and its softmax probability. */
export function decision(logits: Float32Array): { readonly top: number; readonly confidence: number } {
  let top = 0;
  for (let i = 1; i < logits.length; i++) if ((logits[i] as number) > (logits[top] as number)) top = i;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - (logits[top] as number));
  return { top, confidence: 1 / sum };
}

/**
 * Expected calibration error, 0 to 1: the distance between accuracy and mean confidence, averaged over the bins by their
 * examples (Guo et al. 2017, equation 3).
 */
export function expectedCalibrationError(bins: readonly CalibrationBin[]): number {
  const examples = bins.reduce((sum, bin) => sum + bin.examples, 0);
  return bins.reduce((sum, { correct, confidence }) => sum + Math.abs(correct - confidence), 0) / examples;
}
