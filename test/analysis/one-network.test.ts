import { describe, expect, it } from "vitest";
import { largestNonInferiorSparsity } from "../../src/analysis/curve-summaries.ts";
import { isOneUntrainedNetwork, sameExamplesInterval } from "../../src/analysis/one-network.ts";
import { sensitivitySentence } from "../../src/charts/sensitivity.ts";
import { accuracy } from "../../src/metrics/accuracy.ts";
import { loss } from "../../src/metrics/loss.ts";
import { findings } from "../../src/results/report/findings.ts";
import { limits } from "../../src/results/report/limits.ts";
import { resultRow } from "../support/result-rows.ts";

const common = {
  method: "l1-unstructured",
  seed: 0,
  test_examples: 872,
  train_steps: 0,
  baseline_accuracy: 0.8016,
};
const dense = resultRow({
  ...common,
  target_sparsity: 0,
  accuracy: 0.8016,
  accuracy_drop: 0,
  newly_wrong: 0,
  newly_right: 0,
  drop_ci95_low: -0.2,
  drop_ci95_high: 0.2,
});
const pruned = resultRow({
  ...common,
  target_sparsity: 0.5,
  accuracy: 0.8039,
  accuracy_drop: -0.23,
  newly_wrong: 0,
  newly_right: 2,
  drop_ci95_low: -0.7,
  drop_ci95_high: 0.2,
});

describe("of one network that was read", () => {
  it("the interval of the drop is that of its answers to the same examples", () => {
    expect(sameExamplesInterval([dense], [pruned], accuracy)).toEqual({ low: -0.7, high: 0.2 });
    expect(largestNonInferiorSparsity([dense, pruned], accuracy)).toBe(0.5);
    expect(findings([dense, pruned]).join(" ")).toContain("up to 50% pruned: 80.4% against 80.2%");
  });

  it("what lies beyond is told by the examples, not by a seed", () => {
    const doubtful = {
      ...pruned,
      accuracy: 0.79,
      accuracy_drop: 1.16,
      drop_ci95_low: -0.4,
      drop_ci95_high: 2.7,
    };
    expect(findings([dense, doubtful]).join(" ")).toContain(
      "with 872 test examples the 95% interval of the drop is -0.4 to 2.7 points",
    );
  });

  it("nothing advises more seeds", () => {
    expect(isOneUntrainedNetwork([dense, pruned])).toBe(true);
    expect(sensitivitySentence([dense, pruned])).toBeUndefined();
    expect(String(limits([dense, pruned]))).not.toMatch(/unknown from one seed|One seed cannot/);
  });
});

describe("the usual intervals stay", () => {
  it.each([
    ["of another metric", [dense], [pruned], loss],
    ["of several seeds", [dense, { ...dense, seed: 1 }], [pruned, { ...pruned, seed: 1 }], accuracy],
    ["against a control that was trained further", [{ ...dense, newly_right: 3 }], [pruned], accuracy],
    [
      "where answers are not known",
      [dense],
      [{ ...pruned, drop_ci95_low: null, drop_ci95_high: null }],
      accuracy,
    ],
  ] as const)("%s", (_, control, point, metric) => {
    expect(sameExamplesInterval(control, point, metric)).toBeUndefined();
  });

  it("of a network that was trained", () => {
    expect(isOneUntrainedNetwork([dense, { ...pruned, train_steps: 10 }])).toBe(false);
    expect(isOneUntrainedNetwork([dense, { ...pruned, seed: 1 }])).toBe(false);
  });
});
