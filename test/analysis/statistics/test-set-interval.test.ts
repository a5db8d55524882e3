import { expect, it } from "vitest";
import { testSetInterval } from "../../../src/analysis/statistics/test-set-interval.ts";
import { accuracy } from "../../../src/metrics/accuracy.ts";
import { loss } from "../../../src/metrics/loss.ts";

it("is Wilson's score interval of an accuracy", () => {
  // By hand, 95 of 100 right: center (0.95 + 0.019207) / 1.038415, half 1.959964 sqrt(0.000475 + 0.00009604) / 1.038415.
  const some = testSetInterval(accuracy, 0.95, 100);
  expect(some?.low).toBeCloseTo(0.88825, 4);
  expect(some?.high).toBeCloseTo(0.97846, 4);
});

it("leaves room below a perfect score, and none above it", () => {
  // 300 of 300: 1 / (1 + 3.841459 / 300)
  expect(testSetInterval(accuracy, 1, 300)).toEqual({ low: expect.closeTo(0.987357, 6), high: 1 });
  expect(testSetInterval(accuracy, 0, 300)).toEqual({ low: 0, high: expect.closeTo(0.012643, 6) });
});

it("is a normal error on the logarithmic scale of a loss, above 0", () => {
  // 1.959964 sqrt(2 / 8) = 0.979982
  const interval = testSetInterval(loss, 0.3, 8);
  expect(interval?.low).toBeCloseTo(0.3 * Math.exp(-0.979982), 6);
  expect(interval?.high).toBeCloseTo(0.3 * Math.exp(0.979982), 6);
});

it("is unknown where nothing is known of the test set's error", () => {
  expect(testSetInterval({ ...accuracy, testSet: undefined }, 0.9, 100)).toBeUndefined();
});
