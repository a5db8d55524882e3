import { expect, it } from "vitest";
import { testSetMargin } from "../../src/analysis/test-set-margin.ts";
import { accuracy } from "../../src/metrics/accuracy.ts";

it("is the 95% half width of a proportion by the normal approximation", () => {
  // 1.96 sqrt(0.98 x 0.02 / 10000) = 0.002744; none for a perfect score
  expect(testSetMargin(accuracy, 0.98, 10_000)).toBeCloseTo(0.002744, 6);
  expect(testSetMargin(accuracy, 0.5, 100)).toBeCloseTo(0.098, 3);
  expect(testSetMargin(accuracy, 1, 100)).toBe(0);
});
