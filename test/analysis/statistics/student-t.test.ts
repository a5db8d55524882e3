import { expect, test } from "vitest";
import { deviationBias, upperQuantile, upperTail } from "../../../src/analysis/statistics/student-t.ts";

// Tables of Student's t, one-sided; the last row is the normal distribution.
const TABLE: readonly (readonly [probability: number, degrees: number, quantile: number])[] = [
  [0.05, 1, 6.3138],
  [0.0005, 1, 636.619],
  [0.05, 2, 2.92],
  [0.005, 4, 4.6041],
  [0.001, 8, 4.5008],
  [0.0005, 18, 3.9216],
  [0.025, 30, 2.0423],
  [0.05, Number.POSITIVE_INFINITY, 1.6449],
  [0.001, Number.POSITIVE_INFINITY, 3.0902],
];

test.each(TABLE)(
  "upper %d of t with %d degrees of freedom lies above %d",
  (probability, degrees, quantile) => {
    expect(upperQuantile(probability, degrees)).toBeCloseTo(quantile, quantile > 100 ? 2 : 3);
    expect(upperTail(quantile, degrees) / probability).toBeCloseTo(1, 3);
  },
);

test("tails far out keep their digits", () => {
  // 1 / (pi t) for large t with one degree of freedom
  expect(upperTail(1e4, 1) * Math.PI * 1e4).toBeCloseTo(1, 6);
  expect(upperTail(50, 8)).toBeGreaterThan(0);
  expect(upperTail(-50, 8)).toBeCloseTo(1, 9);
});

test("the bias of a sample deviation is c4 of the control charts", () => {
  // c4 for samples of 2, 5 and 10: Montgomery, Introduction to Statistical Quality Control, appendix VI
  expect(deviationBias(1)).toBeCloseTo(0.7979, 4);
  expect(deviationBias(4)).toBeCloseTo(0.94, 4);
  expect(deviationBias(9)).toBeCloseTo(0.9727, 4);
  expect(deviationBias(Number.POSITIVE_INFINITY)).toBe(1);
});
