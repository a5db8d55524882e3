import { expect, test } from "vitest";
import { accuracy } from "../../../src/metrics/accuracy.ts";
import type { HistoryRow } from "../../../src/recording/rows.ts";
import { searchSentences } from "../../../src/results/report/search.ts";
import { resultRow } from "../../support/result-rows.ts";

const row = (method: string, test: number, changes: object = {}) =>
  resultRow({
    method,
    target_sparsity: 0.9,
    criterion: "narrower(match=parameters shape=even effort=epochs)",
    allocation: "constructed",
    accuracy: test,
    ...changes,
  });
const pruned = (method: string, test: number) =>
  row(method, test, { criterion: "magnitude", allocation: "global" });

const epoch = (method: string, validation: number | null, changes: Partial<HistoryRow> = {}): HistoryRow => ({
  study: "study",
  phase: "train",
  method,
  target_sparsity: 0.9,
  seed: 0,
  epoch: 1,
  learning_rate: 0.1,
  train_loss: 1,
  validation_loss: 1,
  validation_accuracy: validation,
  ...changes,
});

const results = [row("even", 0.97), row("wide", 0.99), pruned("global", 0.98), pruned("local", 0.96)];

test("the best on the validation examples is named, also where another is better on the test examples", () => {
  const history = [epoch("even", 0.96), epoch("wide", 0.95)];
  expect(searchSentences(results, history, accuracy)).toEqual([
    "Of the 2 dense networks that are no larger than those pruned by 90%, even is best on the validation examples; on the test examples it has 97.0%, against 98.0% of global and 96.0% of local.",
  ]);
});

test("what counts is the mean after the last epoch, of the recovery where there is one", () => {
  const history = [
    epoch("even", 0.99, { epoch: 1 }),
    epoch("even", 0.9, { epoch: 2 }),
    epoch("wide", 0.5),
    epoch("wide", 0.94, { phase: "finetune", epoch: 3 }),
    epoch("wide", 0.88, { phase: "finetune", epoch: 3, seed: 1 }),
  ];
  // .9 against (.94 + .88) / 2 = .91
  expect(searchSentences(results, history, accuracy)[0]).toContain("wide is best on the validation examples");
});

test("nothing is named without validation examples, of one network, or where nothing is searched", () => {
  expect(searchSentences(results, [epoch("even", null), epoch("wide", null)], accuracy)).toEqual([]);
  expect(searchSentences(results.slice(1), [epoch("wide", 0.9)], accuracy)).toEqual([]);
  expect(searchSentences([pruned("global", 0.98)], [], accuracy)).toEqual([]);
});
