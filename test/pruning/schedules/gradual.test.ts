import fc from "fast-check";
import { expect, test } from "vitest";
import { PruneLabError } from "../../../src/foundations/errors.ts";
import { gradual } from "../../../src/pruning/schedules/gradual.ts";

const courseOf = (target: number, steps: number, options: { from: number; to: number; every: number }) =>
  (gradual.during?.(target, steps, options) ?? []).flatMap((step) => ("sparsity" in step ? [step] : []));

const part = fc.double({ min: 0, max: 1, noNaN: true });

test("one level, which its recovery leads to", () => {
  expect(gradual.levels(0.9, gradual.options.parse({}))).toEqual([0.9]);
});

test("the cubic course by hand: 0.8 (1 - (1 - t)^3) at t = 0, 1/4, 1/2, 3/4, 1", () => {
  const course = courseOf(0.8, 100, { from: 0.2, to: 0.6, every: 10 });
  expect(course.map(({ step }) => step)).toEqual([20, 30, 40, 50, 60]);
  // (3/4)^3 = .421875, (1/2)^3 = .125, (1/4)^3 = .015625.
  const expected = [0, 0.4625, 0.7, 0.7875, 0.8];
  for (const [i, { sparsity }] of course.entries()) expect(sparsity).toBeCloseTo(expected[i] ?? -1, 12);
});

test("the target comes at its step, also between two prunings", () => {
  const course = courseOf(0.5, 100, { from: 0, to: 0.25, every: 10 });
  expect(course.map(({ step }) => step)).toEqual([0, 10, 20, 25]);
  expect(course.at(-1)).toEqual({ step: 25, sparsity: 0.5 });
});

test("rises within any recovery to any target", () => {
  fc.assert(
    fc.property(
      part,
      part,
      fc.integer({ min: 1, max: 500 }),
      part,
      fc.nat(3000),
      (a, b, every, target, steps) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const course = courseOf(target, steps, { from, to, every });
        expect(course.at(-1)).toEqual({ step: Math.floor(to * steps), sparsity: target });
        expect(course[0]?.step).toBe(Math.floor(from * steps));
        for (const [i, { step, sparsity }] of course.slice(1).entries()) {
          const before = course[i] ?? { step: steps, sparsity: 1 };
          expect(step).toBeGreaterThan(before.step);
          expect(step - before.step).toBeLessThanOrEqual(every);
          expect(sparsity).toBeGreaterThanOrEqual(before.sparsity);
        }
      },
    ),
  );
});

test("at once where it begins and ends together", () => {
  expect(courseOf(0.9, 10, { from: 0.5, to: 0.5, every: 1 })).toEqual([{ step: 5, sparsity: 0.9 }]);
});

test("an end before the beginning is refused", () => {
  const course = () => courseOf(0.9, 100, { from: 0.6, to: 0.5, every: 1 });
  expect(course).toThrow(PruneLabError);
  expect(course).toThrow("The schedule gradual ends at 0.5 before it begins at 0.6.");
});
