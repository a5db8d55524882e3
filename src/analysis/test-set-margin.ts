/**
 * Half width of the 95% interval that a finite test set alone leaves round an accuracy, as a fraction:
 * 1.96 sqrt(p (1 - p) / n), the normal approximation of the binomial.
 */
export function testSetMargin(accuracy: number, examples: number): number {
  return 1.959964 * Math.sqrt((accuracy * (1 - accuracy)) / examples);
}
