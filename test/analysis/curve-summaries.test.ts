import { describe, expect, test } from "vitest";
import {
  areaUnderCurve,
  kneeSparsity,
  largestNonInferiorSparsity,
  validationCurve,
} from "../../src/analysis/curve-summaries.ts";
import { accuracy } from "../../src/metrics/accuracy.ts";
import { loss } from "../../src/metrics/loss.ts";
import type { HistoryRow } from "../../src/recording/rows.ts";
import { regressionRow, resultRow } from "../support/result-rows.ts";

const curve = (...points: readonly (readonly [sparsity: number, value: number])[]) =>
  points.map(([sparsity, value]) => ({ sparsity, value }));

describe("areaUnderCurve", () => {
  test("is the mean height by trapezoids, in any order of the points", () => {
    // .5 x (98 + 96) / 2 + .4 x (96 + 90) / 2 = 48.5 + 37.2 = 85.7, over .9
    expect(areaUnderCurve(curve([0.9, 90], [0, 98], [0.5, 96]))).toBeCloseTo(85.7 / 0.9, 10);
    expect(areaUnderCurve(curve([0.2, 97], [0.9, 97]))).toBeCloseTo(97, 10);
  });

  test("needs two sparsities", () => {
    expect(areaUnderCurve(curve([0.5, 97]))).toBeUndefined();
    expect(areaUnderCurve([])).toBeUndefined();
  });
});

describe("largestNonInferiorSparsity", () => {
  const rows = (accuracies: Readonly<Record<string, readonly number[]>>) =>
    Object.entries(accuracies).flatMap(([sparsity, values]) =>
      values.map((accuracy, seed) => resultRow({ target_sparsity: Number(sparsity), seed, accuracy })),
    );

  test("is the last whose drop lies below the margin with its upper bound", () => {
    const table = rows({
      0: [0.98, 0.979, 0.981],
      0.5: [0.98, 0.979, 0.981],
      // Drops .2, .3, .4: bound .3 + 2.92 x .1 / sqrt(3) = .469
      0.9: [0.978, 0.976, 0.977],
      // Drops .2, .6, 1: bound .6 + 2.92 x .4 / sqrt(3) = 1.274
      0.95: [0.978, 0.973, 0.971],
    });
    expect(largestNonInferiorSparsity(table, accuracy)).toBe(0.9);
    expect(largestNonInferiorSparsity(table, accuracy, 1.3)).toBe(0.95);
    expect(largestNonInferiorSparsity(table, accuracy, 0.4)).toBe(0.5);
  });

  test("a failure ends the search, however good what follows", () => {
    expect(
      largestNonInferiorSparsity(rows({ 0: [0.98, 0.98], 0.5: [0.9, 0.9], 0.9: [0.98, 0.98] }), accuracy),
    ).toBe(0);
  });

  test("few seeds are not rewarded: one seed has the error of the test set", () => {
    // 1.645 x 100 sqrt(2 x .98 x .02 / 10000) = .33 points
    const one = rows({ 0: [0.98], 0.9: [0.976], 0.95: [0.973] });
    expect(largestNonInferiorSparsity(one, accuracy)).toBe(0.9);
    expect(
      largestNonInferiorSparsity(
        one.map((row) => ({ ...row, test_examples: 1000 })),
        accuracy,
      ),
    ).toBe(0);
  });

  test("is not known without a dense control", () => {
    expect(largestNonInferiorSparsity(rows({ 0.5: [0.98, 0.98] }), accuracy)).toBeUndefined();
  });
});

describe("a regression", () => {
  const rows = (losses: Readonly<Record<string, readonly number[]>>) =>
    Object.entries(losses).flatMap(([sparsity, values]) =>
      values.map((value, seed) => regressionRow({ target_sparsity: Number(sparsity), seed, loss: value })),
    );

  test("is not inferior while the loss rises by less than the margin", () => {
    // Rises of 2, 3 and 4% of 0.1: bound 3 + 2.92 x 1 / sqrt(3) = 4.69. Of 2, 6 and 10%: 12.7.
    const table = rows({ 0: [0.1, 0.1, 0.1], 0.9: [0.102, 0.103, 0.104], 0.95: [0.102, 0.106, 0.11] });
    expect(largestNonInferiorSparsity(table, loss)).toBe(0.9);
    expect(largestNonInferiorSparsity(table, loss, 13)).toBe(0.95);
    expect(largestNonInferiorSparsity(table, loss, 4)).toBe(0);
  });

  test("with one seed has the error of the test set", () => {
    // 1.645 x 100 sqrt(2 x 2 / 10000) = 3.29%
    const one = rows({ 0: [0.1], 0.9: [0.1015], 0.95: [0.103] });
    expect(largestNonInferiorSparsity(one, loss)).toBe(0.9);
  });
});

describe("kneeSparsity", () => {
  test("is farthest above the line from end to end", () => {
    // Heights over the line from 98 to 58: 0, 19.8, 35, 0
    expect(kneeSparsity(curve([0, 98], [0.5, 97.8], [0.9, 97], [1, 58]), 1)).toBe(0.9);
  });

  test("a curve that hardly falls, or has two points, has none", () => {
    expect(kneeSparsity(curve([0, 98], [0.5, 97.9], [0.9, 97.2]), 1)).toBeUndefined();
    expect(kneeSparsity(curve([0, 98], [0.9, 60]), 1)).toBeUndefined();
  });
});

describe("validationCurve", () => {
  const epoch = (values: Partial<HistoryRow>): HistoryRow => ({
    study: "s",
    phase: "finetune",
    method: "m",
    target_sparsity: 0.5,
    seed: 0,
    epoch: 1,
    learning_rate: 0.001,
    train_loss: 0.1,
    validation_loss: 0.1,
    validation_accuracy: 0.9,
    ...values,
  });

  test("takes the epoch that counts, and the mean over the seeds", () => {
    const history = [
      epoch({ phase: "train", method: null, target_sparsity: null, validation_accuracy: 0.1 }),
      epoch({ epoch: 0, validation_accuracy: 0.99 }),
      epoch({ epoch: 1, validation_accuracy: 0.97 }),
      epoch({ epoch: 2, validation_accuracy: 0.95 }),
      epoch({ epoch: 2, seed: 1, validation_accuracy: 0.93 }),
      epoch({ method: "other", validation_accuracy: 0.2 }),
    ];
    expect(validationCurve(history, { method: "m", metric: accuracy })[0]?.value).toBeCloseTo(94, 10);
    expect(validationCurve(history, { method: "m", metric: accuracy }, "best")[0]?.value).toBeCloseTo(95, 10);
  });

  test("of losses is in percent of the smallest sparsity's, and falls as they rise", () => {
    const history = [
      epoch({ target_sparsity: 0.9, validation_loss: 0.3 }),
      epoch({ target_sparsity: 0, validation_loss: 0.2 }),
    ];
    const values = validationCurve(history, { method: "m", metric: loss }).map(({ value }) => value);
    expect(values[0]).toBeCloseTo(-150, 10);
    expect(values[1]).toBeCloseTo(-100, 10);
  });

  test("is empty without fine-tuning or without validation examples", () => {
    expect(validationCurve([epoch({ phase: "train" })], { method: "m", metric: accuracy })).toEqual([]);
    expect(
      validationCurve([epoch({ validation_accuracy: null })], { method: "m", metric: accuracy }),
    ).toEqual([]);
  });
});
