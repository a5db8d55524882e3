import type { Metric } from "./metric.ts";

/** The smallest figure above 0 that a table holds: tables have 6 decimals. */
const SMALLEST = 1e-6;

/** The mean loss that training minimizes: cross-entropy of a classification, squared error of a regression. */
export const loss: Metric = {
  name: "loss",
  summary:
    "The mean loss over the examples: the squared error of a regression, cross-entropy of a classification.",
  tasks: ["regression", "classification"],
  noun: "loss",
  better: "lower",
  scale: 1,
  unit: "",
  digits: { kind: "significant", coarse: 3, fine: 4 },
  axis: "value",
  bounds: { lowest: 0, highest: null },
  figures: { baseline: "baseline_loss", pruned: "pruned_loss", recovered: "loss" },
  history: { validation: "validation_loss", training: "train_loss" },
  difference: {
    // A loss has the scale of its targets, so only a part of it means the same everywhere.
    kind: "relative",
    one: "%",
    many: "%",
    name: "rise",
    setback: "rise",
    words: { worse: "rises by", better: "falls by" },
    tolerance: 2,
    margin: 5,
    coarse: 10,
    assumedDeviation: 10,
  },
  good: "good",
  testSet: {
    name: "the error of the test sets as if residuals were normal",
    // The mean of n squares of normal residuals is chi-squared: variance 2 / n of its square.
    variance: (value, examples) => (2 * value ** 2) / examples,
    cautious: (value) => Math.max(value, SMALLEST),
  },
};
