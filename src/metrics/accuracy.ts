import type { Metric } from "./metric.ts";

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
  },
};
