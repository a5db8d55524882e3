import { describe, expect, it } from "vitest";
import { dataOrder, optimizerSpec, stepCount } from "../../../src/experiment/training/train.ts";

describe("the data order", () => {
  it("is a permutation that depends on seed, phase and epoch alone", () => {
    const order = dataOrder(1000, 3, "train", 0);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(dataOrder(1000, 3, "train", 0)).toEqual(order);
    for (const other of [
      dataOrder(1000, 4, "train", 0),
      dataOrder(1000, 3, "train", 1),
      dataOrder(1000, 3, "finetune", 0),
    ]) {
      expect(other).not.toEqual(order);
    }
  });
});

it("counts the smaller last batch as a step", () => {
  expect(stepCount({ epochs: 3, batchSize: 64 }, 129)).toBe(9);
});

it("hands an engine the optimizer without its learning rate", () => {
  expect(optimizerSpec({ name: "sgd", learningRate: 0.1, momentum: 0.9, weightDecay: 0 })).toEqual({
    name: "sgd",
    momentum: 0.9,
    weightDecay: 0,
  });
});
