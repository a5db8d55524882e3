import { describe, expect, it } from "vitest";
import { learningRateAt } from "../../../src/experiment/training/learning-rate.ts";

const at = (epoch: number, step: number) => ({ epoch, step, totalSteps: 100 });

describe("the learning rate", () => {
  it("stays constant", () => {
    expect(learningRateAt({ name: "constant" }, 0.1, at(9, 99))).toBe(0.1);
  });

  it("drops by a factor every few epochs, as torch.optim.lr_scheduler.StepLR", () => {
    const schedule = { name: "step", every: 3, factor: 0.5 } as const;
    expect([0, 2, 3, 5, 6].map((epoch) => learningRateAt(schedule, 0.8, at(epoch, 0)))).toEqual([
      0.8, 0.8, 0.4, 0.4, 0.2,
    ]);
  });

  it("follows half a cosine by step, from full to the final fraction", () => {
    const schedule = { name: "cosine", final: 0.1 } as const;
    expect(learningRateAt(schedule, 1, at(0, 0))).toBe(1);
    expect(learningRateAt(schedule, 1, at(5, 50))).toBeCloseTo(0.55, 12);
    expect(learningRateAt(schedule, 1, at(9, 100))).toBeCloseTo(0.1, 12);
  });
});
