import fc from "fast-check";
import { expect, test } from "vitest";
import { holmAdjusted } from "../../../src/analysis/statistics/holm.ts";

test("a worked example, in the order given", () => {
  // Ascending .01, .02, .03, .04 times 4, 3, 2, 1, never falling. R: p.adjust(c(.01, .04, .03, .02), "holm")
  const adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.02]);
  for (const [i, expected] of [0.04, 0.06, 0.06, 0.06].entries())
    expect(adjusted[i]).toBeCloseTo(expected, 12);
});

test("one test stays as it is, none is none, and nothing exceeds 1", () => {
  expect(holmAdjusted([0.03])).toEqual([0.03]);
  expect(holmAdjusted([])).toEqual([]);
  expect(holmAdjusted([0.7, 0.9])).toEqual([1, 1]);
});

test("adjusted values keep the order of the raw ones and lie between them and Bonferroni's", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (pValues) => {
      const adjusted = holmAdjusted(pValues);
      for (const [i, p] of pValues.entries()) {
        const value = adjusted[i] as number;
        expect(value).toBeGreaterThanOrEqual(p);
        expect(value).toBeLessThanOrEqual(Math.min(1, p * pValues.length));
        for (const [j, other] of pValues.entries()) {
          if (p < other) expect(value).toBeLessThanOrEqual(adjusted[j] as number);
        }
      }
    }),
  );
});
