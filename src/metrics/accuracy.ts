import type { Interval, Metric } from "./metric.ts";

/** What a standard normal value exceeds, up or down, 5 times in 100. */
const TWO_SIDED_95 = 1.959964;

/** The fraction of the examples that are classified rightly. */
export const accuracy: Metric = {
  name: "accuracy",
  summary: "The fraction of the examples whose largest output is that of their class.",
  tasks: ["classification"],
  noun: "accuracy",
  better: "higher",
  scale: 100,
  unit: "%",
  digits: { kind: "decimals", coarse: 1, fine: 2 },
  axis: "error",
  bounds: { lowest: 0, highest: 1 },
  figures: { baseline: "baseline_accuracy", pruned: "pruned_accuracy", recovered: "accuracy" },
  history: { validation: "validation_accuracy" },
  difference: {
    kind: "absolute",
    one: "point",
    many: "points",
    name: "drop",
    setback: "loss",
    words: { worse: "loses", better: "gains" },
    tolerance: 0.5,
    margin: 1,
    coarse: 2,
    // Of the networks on MNIST, only those pruned beyond 95% spread more.
    assumedDeviation: 1,
  },
  good: "accurate",
  testSet: {
    name: "the binomial error of the test sets",
    variance: (value, examples) => (value * (1 - value)) / examples,
    // A right and a wrong answer are added, so that 100% has an error too.
    cautious: (value, examples) => (value * examples + 1) / (examples + 2),
    resolution: (examples) => 1 / examples,
    interval: wilsonInterval,
  },
};

/**
 * The 95% score interval of a proportion (Wilson 1927, "Probable inference, the law of succession, and statistical
 * inference"): it stays within 0 and 1, and is not empty when all answers are right.
 */
export function wilsonInterval(value: number, examples: number): Interval {
  const z2 = TWO_SIDED_95 ** 2 / examples;
  const center = (value + z2 / 2) / (1 + z2);
  const half = Math.sqrt(z2 * (value * (1 - value) + z2 / 4)) / (1 + z2);
  return { low: value === 0 ? 0 : center - half, high: value === 1 ? 1 : center + half };
}
