import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkValidationSize, stratifiedSplit } from "../../src/datasets/split.ts";
import { cyclicLabels } from "./fixtures.ts";

const cases = fc.uint8Array({ minLength: 3, maxLength: 300, max: 5 }).chain((labels) =>
  fc.tuple(fc.constant(labels), fc.nat(labels.length), fc.nat(labels.length)).map(([, a, b]) => ({
    labels,
    test: Math.min(a, b),
    validation: Math.max(a, b) - Math.min(a, b),
  })),
);

describe("stratifiedSplit", () => {
  test("parts are disjoint, cover everything and have the sizes asked for", () => {
    fc.assert(
      fc.property(cases, ({ labels, ...sizes }) => {
        const parts = stratifiedSplit(labels, sizes);
        expect(parts.test).toHaveLength(sizes.test);
        expect(parts.validation).toHaveLength(sizes.validation);
        const all = [...parts.test, ...parts.validation, ...parts.train].sort((a, b) => a - b);
        expect(all).toEqual(Array.from(labels, (_, index) => index));
      }),
    );
  });

  test("every part has every class in proportion, to within 2 examples", () => {
    fc.assert(
      fc.property(cases, ({ labels, ...sizes }) => {
        const parts = Object.values(stratifiedSplit(labels, sizes));
        for (let label = 0; label <= 5; label++) {
          const total = labels.filter((other) => other === label).length;
          for (const part of parts) {
            const got = part.filter((index) => labels[index] === label).length;
            expect(Math.abs(got - (total * part.length) / labels.length)).toBeLessThanOrEqual(2);
          }
        }
      }),
    );
  });

  test("a part depends only on the sizes before it", () => {
    const labels = cyclicLabels(60);
    const some = stratifiedSplit(labels, { test: 10, validation: 20 });
    const none = stratifiedSplit(labels, { test: 10, validation: 0 });
    expect(some.test).toEqual(none.test);
    expect([...some.validation, ...some.train].sort()).toEqual([...none.train].sort());
  });

  test("is fixed for good", () => {
    const { validation, train } = stratifiedSplit(cyclicLabels(12), { validation: 4 });
    expect([...validation]).toEqual([2, 6, 9, 4]);
    expect([...train]).toEqual([3, 0, 1, 11, 7, 8, 10, 5]);
  });
});

test("holding out everything is refused", () => {
  expect(() => checkValidationSize(30, 30)).toThrow(
    "dataset.validation is 30, which leaves no training examples: there are 30 in all.",
  );
  expect(() => checkValidationSize(29, 30)).not.toThrow();
});
