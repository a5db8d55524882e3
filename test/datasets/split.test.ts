import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomSplit, splitExamples, stratifiedSplit } from "../../src/datasets/split.ts";
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

test("examples without classes are shuffled and cut: disjoint, complete, the same whatever is cut off after", () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(), fc.nat(), (count, a, b) => {
      const test = a % (count + 1);
      const validation = b % (count - test + 1);
      const parts = randomSplit(count, { test, validation });
      expect([parts.test.length, parts.validation.length]).toEqual([test, validation]);
      const all = [...parts.test, ...parts.validation, ...parts.train].sort((x, y) => x - y);
      expect(all).toEqual(Array.from({ length: count }, (_, index) => index));
      expect(randomSplit(count, { test, validation: 0 }).test).toEqual(parts.test);
    }),
  );
});

describe("splitExamples", () => {
  const inputs = { kind: "floats", values: new Float32Array(30) } as const;
  const labels = cyclicLabels(30);
  const classes = {
    count: 30,
    shape: [1],
    inputs,
    targets: { kind: "classes", labels, classes: 3 },
  } as const;
  const targets = { kind: "values", values: new Float32Array(30), width: 1 } as const;
  const values = { ...classes, targets };

  test("stratifies classes and shuffles the rest", () => {
    const sizes = { validation: 6 };
    expect(splitExamples(classes, sizes).validation).toEqual({
      examples: classes,
      order: stratifiedSplit(labels, sizes).validation,
    });
    expect(splitExamples(values, sizes).train).toEqual({
      examples: values,
      order: randomSplit(30, sizes).train,
    });
  });

  test("holding out everything is refused", () => {
    const message = (count: number) =>
      `dataset.validation is ${count}, which leaves no training examples: there are ${count} in all.`;
    expect(() => splitExamples(classes, { validation: 30 })).toThrow(message(30));
    expect(() => splitExamples(values, { test: 10, validation: 20 })).toThrow(message(20));
    expect(splitExamples(classes, { validation: 29 }).train.order).toHaveLength(1);
  });
});
