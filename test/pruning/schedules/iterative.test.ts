import fc from "fast-check";
import { expect, test } from "vitest";
import { iterative } from "../../../src/pruning/schedules/iterative.ts";

const fractions = fc.double({ min: 0.01, max: 1, maxExcluded: true, noNaN: true });
const targets = fc.double({ min: 0, max: 1, noNaN: true });

test.each([
  // .8 is kept, .64, .512, .4096: the last level prunes less.
  [0.2, 0.5, [0.2, 0.36, 0.488, 0.5]],
  [0.2, 0.488, [0.2, 0.36, 0.488]],
  [0.2, 0.1, [0.1]],
  [0.5, 0.9, [0.5, 0.75, 0.875, 0.9]],
  [0.9, 1, [0.9, 0.99, 0.999, 1]],
  [0.5, 0, [0]],
])("of a fraction of %f on the way to %f: %j", (fraction, target, levels) => {
  expect(iterative.levels(target, { fraction })).toEqual(levels);
});

test("levels rise by any fraction to any target", () => {
  fc.assert(
    fc.property(fractions, targets, (fraction, target) => {
      const levels = iterative.levels(target, { fraction });
      expect(levels.at(-1)).toBe(target);
      for (const [i, level] of levels.slice(1).entries()) expect(level).toBeGreaterThan(levels[i] ?? 1);
    }),
  );
});

test("two targets share their levels up to the lower one", () => {
  fc.assert(
    fc.property(fractions, targets, targets, (fraction, a, b) => {
      const lower = iterative.levels(Math.min(a, b), { fraction });
      const higher = iterative.levels(Math.max(a, b), { fraction });
      expect(higher.slice(0, lower.length - 1)).toEqual(lower.slice(0, -1));
    }),
  );
});

test.each([0, 0.009, 1, 2])("%f is no fraction", (fraction) => {
  expect(iterative.options.safeParse({ fraction }).success).toBe(false);
});

test("goes through listed sparsities instead, those below the target, then the target", () => {
  const levels = [0.5, 0.8, 0.95];
  expect(iterative.levels(0.9, { fraction: 0.2, levels })).toEqual([0.5, 0.8, 0.9]);
  expect(iterative.levels(0.8, { fraction: 0.2, levels })).toEqual([0.5, 0.8]);
  expect(iterative.levels(0.99, { fraction: 0.2, levels })).toEqual([0.5, 0.8, 0.95, 0.99]);
  expect(iterative.levels(0.1, { fraction: 0.2, levels })).toEqual([0.1]);
});

test.each([[[]], [[0.5, 0.5]], [[0.8, 0.5]], [[0, 0.5]], [[0.5, 1.1]]])("%j are no levels", (levels) => {
  expect(iterative.options.safeParse({ levels }).success).toBe(false);
});
