import { describe, expect, test } from "vitest";
import {
  CALIBRATION_BINS,
  calibrationBins,
  decision,
  expectedCalibrationError,
} from "../../../src/experiment/evaluation/calibration.ts";
import { classCounts } from "../../../src/experiment/evaluation/classes.ts";

/** Logits of two classes whose softmax has this probability for the first. */
const sure = (probability: number) => [Math.log(probability / (1 - probability)), 0];
const logits = Float32Array.of(...sure(0.9), ...sure(0.91), ...sure(0.6), ...sure(0.21));

describe("calibrationBins", () => {
  test("an example lies in the bin of its top class's probability, right or wrong", () => {
    // .9 and .91 in bin 14 (.867 to .933), .6 on the upper edge of bin 9, .79 for the second class in bin 12.
    const bins = calibrationBins(logits, Uint8Array.of(0, 1, 0, 1));
    expect(bins).toHaveLength(CALIBRATION_BINS);
    const filled = bins.flatMap((bin, i) => (bin.examples > 0 ? [{ ...bin, bin: i + 1 }] : []));
    expect(filled.map(({ bin, examples, correct }) => [bin, examples, correct])).toEqual([
      [filled[0]?.bin, 1, 1],
      [12, 1, 1],
      [14, 2, 1],
    ]);
    expect([9, 10]).toContain(filled[0]?.bin);
    expect(filled[2]?.confidence).toBeCloseTo(0.9 + 0.91, 6);
  });

  test("logits as large as they come are a confidence of 1, equal ones of 1 / classes", () => {
    expect(decision(Float32Array.of(3e38, -3e38))).toEqual({ top: 0, confidence: 1 });
    expect(decision(Float32Array.of(1, 1, 1, 1))).toEqual({ top: 0, confidence: 0.25 });
    expect(calibrationBins(Float32Array.of(3e38, -3e38), Uint8Array.of(0)).at(-1)).toEqual({
      examples: 1,
      correct: 1,
      confidence: 1,
    });
  });
});

describe("expectedCalibrationError", () => {
  test("weighs the distance of each bin by its examples", () => {
    const bins = [
      { examples: 3, correct: 1, confidence: 3 * 0.5 },
      { examples: 0, correct: 0, confidence: 0 },
      { examples: 1, correct: 1, confidence: 0.9 },
    ];
    // 3/4 |1/3 - 1/2| + 1/4 |1 - .9| = .125 + .025
    expect(expectedCalibrationError(bins)).toBeCloseTo(0.15, 12);
  });

  test("is 0 of a network that is right as often as it is sure", () => {
    const bins = calibrationBins(
      Float32Array.of(...sure(0.75), ...sure(0.75), ...sure(0.75), ...sure(0.75)),
      Uint8Array.of(0, 0, 0, 1),
    );
    expect(expectedCalibrationError(bins)).toBeCloseTo(0, 7);
  });
});

test("classCounts count the examples of each class, and those that are taken for it", () => {
  expect(classCounts(logits, Uint8Array.of(0, 1, 0, 1))).toEqual([
    { examples: 2, correct: 2 },
    { examples: 2, correct: 1 },
  ]);
});
