import { expect, test } from "vitest";
import { rewindLearningRate } from "../../../src/pruning/recoveries/rewind-learning-rate.ts";

test("keeps the weights, and trains as train says from a step on", () => {
  expect(rewindLearningRate.retraining({ step: 500 })).toEqual({
    training: "train",
    rewindTo: 500,
    optimizer: "fresh",
    keepsWeights: true,
  });
});

test("by default the whole training again", () => {
  expect(rewindLearningRate.options.parse({})).toEqual({ step: 0 });
});
