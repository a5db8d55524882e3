import { describe, expect, it } from "vitest";
import { baselineHealth, failureOf } from "../../src/analysis/baseline-health.ts";
import { guessByName, recordedGuess } from "../../src/analysis/constant-guesses.ts";
import { failureHeadline, failureSentences } from "../../src/analysis/failed-networks.ts";
import { evenGuess } from "../../src/datasets/constant-guess.ts";
import { regressionRow, resultRow } from "../support/result-rows.ts";

/** Of the MNIST test set: 1,135 ones among 10,000 digits. */
const mnist = { accuracy: 0.1135, loss: 2.301 };

describe("failureOf", () => {
  it("takes an accuracy that chance reaches often for chance", () => {
    expect(failureOf({ accuracy: 0.094, loss: 2.4 }, mnist, 1000)).toBe("chance");
    expect(failureOf({ accuracy: 0.1135, loss: 2.301 }, mnist, 10_000)).toBe("chance");
    // By hand: P(X >= 138) is 0.0096 and P(X >= 137) 0.0125 for 1,000 trials at 0.1135.
    expect(failureOf({ accuracy: 0.137, loss: 1.5 }, mnist, 1000)).toBe("chance");
    expect(failureOf({ accuracy: 0.138, loss: 1.5 }, mnist, 1000)).toBeUndefined();
  });

  it("takes a slight accuracy at the loss of a guess for no learning, however many examples show it", () => {
    expect(failureOf({ accuracy: 0.19, loss: 1e5 }, mnist, 10_000)).toBe("slight");
    expect(failureOf({ accuracy: 0.15, loss: 2.28 }, mnist, 10_000)).toBe("slight");
  });

  it("lets hard tasks and bad calibration pass", () => {
    // 1,000 classes: an accuracy of 15% is far from chance, and so is the loss.
    expect(failureOf({ accuracy: 0.15, loss: 4.7 }, evenGuess(1000), 50_000)).toBeUndefined();
    expect(failureOf({ accuracy: 0.6, loss: 5 }, evenGuess(100), 10_000)).toBeUndefined();
    expect(failureOf({ accuracy: 0.97, loss: 0.1 }, mnist, 10_000)).toBeUndefined();
  });

  it("holds a regression against the mean of its targets", () => {
    const guess = { accuracy: null, loss: 0.5 };
    expect(failureOf({ accuracy: null, loss: 0.501 }, guess, 1000)).toBe("chance");
    expect(failureOf({ accuracy: null, loss: 0.4 }, guess, 1000)).toBeUndefined();
  });

  it("says nothing where nothing is known of the task, but of a run that diverged", () => {
    expect(failureOf({ accuracy: 0.1, loss: 2.3 }, undefined, 1000)).toBeUndefined();
    expect(failureOf({ accuracy: 1, loss: 0 }, { accuracy: 1, loss: 0 }, 1000)).toBeUndefined();
    expect(failureOf({ accuracy: null, loss: null }, undefined, 1000)).toBe("diverged");
  });
});

describe("recordedGuess", () => {
  it("reads what a manifest says, or its number of classes", () => {
    expect(recordedGuess({ constantGuess: mnist, targets: { classes: 10 } })).toEqual(mnist);
    expect(recordedGuess({ targets: { kind: "classes", classes: 10 } })).toEqual(evenGuess(10));
    expect(recordedGuess({ targets: { kind: "values", width: 1 } })).toBeUndefined();
    expect(recordedGuess(undefined)).toBeUndefined();
    expect(recordedGuess({ constantGuess: "edited" })).toBeUndefined();
  });

  it("is known by name of the built-in data alone", () => {
    expect(guessByName({ study: "a", dataset: "mnist-10k" })).toEqual(evenGuess(10));
    expect(guessByName({ study: "a", dataset: "my-images" })).toBeUndefined();
  });
});

const failed = { baseline_accuracy: 0.1, baseline_loss: 2.5, accuracy: 0.1, loss: 2.5 };
const cells = (changes: (seed: number, method: string) => object) =>
  ["l1-unstructured", "global-magnitude"].flatMap((method) =>
    [0, 1, 2].flatMap((seed) =>
      [0, 0.9].map((target_sparsity) =>
        resultRow({ method, seed, target_sparsity, ...changes(seed, method) }),
      ),
    ),
  );

describe("baselineHealth", () => {
  it("tells a baseline once, however many methods start from it", () => {
    const rows = cells(() => failed);
    const health = baselineHealth(rows, guessByName);
    expect(health.sound).toEqual([]);
    expect(health.failed.map(({ network, seed, methods }) => ({ network, seed, methods }))).toEqual(
      [0, 1, 2].map((seed) => ({
        network: "baseline",
        seed,
        methods: ["l1-unstructured", "global-magnitude"],
      })),
    );
    expect(failureSentences(health, rows)).toEqual([
      "The dense baselines of all 3 seeds did not learn: test accuracy 10.0%, no better than a guess that ignores the input (10.0%).",
      "So nothing here shows what pruning costs, and no finding is drawn from it. Lower learning rates, or more epochs of training, may help.",
    ]);
    expect(failureHeadline(health)).toMatch(/say nothing about pruning/);
  });

  it("keeps the rows of the seeds that learned", () => {
    const rows = cells((seed) => (seed === 1 ? failed : {}));
    const health = baselineHealth(rows, guessByName);
    expect(health.sound).toEqual(rows.filter(({ seed }) => seed !== 1));
    expect(failureSentences(health, rows)).toEqual([
      "The dense baseline of seed 1 (of 3) did not learn: test accuracy 10.0%, no better than a guess that ignores the input (10.0%).",
      "Tables and charts include these networks; findings leave them out.",
    ]);
  });

  it("tells a control that recovery spoiled, for the method alone that did", () => {
    const rows = cells((_, method) => (method === "l1-unstructured" ? { accuracy: 0.11, loss: 2.4 } : {}));
    const health = baselineHealth(rows, guessByName);
    expect(health.sound.map(({ method }) => method)).toEqual(new Array(6).fill("global-magnitude"));
    expect(failureSentences(health, rows)[0]).toBe(
      "The dense controls of l1-unstructured, which are the unpruned networks after recovery, of all 3 seeds lost what they had learned: test accuracy 11.0% at a loss of 2.40, hardly better than a guess that ignores the input (10.0% at 2.30).",
    );
  });

  it("says of a control with rounded weights that it is rounded", () => {
    const quantization = "symmetric(bits=2 per=tensor training=none)";
    const spoiled = { accuracy: 0.11, loss: 2.4, quantization };
    const rows = cells((_, method) => (method === "l1-unstructured" ? spoiled : { quantization: "none" }));
    expect(failureSentences(baselineHealth(rows, guessByName), rows)[0]).toMatch(
      /^The dense controls of l1-unstructured, which are the unpruned networks after recovery and rounding, of all/,
    );
  });

  it("tells baselines that diverged without knowing the task, and a regression by its loss", () => {
    const empty = { baseline_loss: null, loss: null, status: "diverged" as const };
    const diverged = [0, 0.5].map((target_sparsity) => regressionRow({ target_sparsity, ...empty }));
    const health = baselineHealth(diverged, () => undefined);
    expect(failureSentences(health, diverged)[0]).toBe(
      "The dense baseline did not learn: a loss or a weight was not finite.",
    );
    const rows = [0, 0.5].map((target_sparsity) => regressionRow({ target_sparsity, baseline_loss: 1 }));
    const regression = baselineHealth(rows, () => ({ accuracy: null, loss: 0.98 }));
    expect(failureSentences(regression, rows)[0]).toBe(
      "The dense baseline did not learn: test loss 1.00, no better than a guess that ignores the input (0.980).",
    );
  });

  it("is silent when all learned", () => {
    const rows = cells(() => ({}));
    const health = baselineHealth(rows, guessByName);
    expect(health).toEqual({ failed: [], sound: rows });
    expect(failureSentences(health, rows)).toEqual([]);
    expect(failureHeadline(health)).toBeUndefined();
  });
});
