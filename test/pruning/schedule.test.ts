import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { schedules } from "../../src/pruning/schedules/registry.ts";
import { chosen } from "./fixtures.ts";

const targets = fc.oneof(
  fc.constantFrom(0, 0.2, 0.36, 0.5, 0.9, 0.99, 0.9999, 0.99999, 1),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

describe.each(schedules.list())("$name", ({ name, levels, during }) => {
  const options = chosen("schedule", name);

  test("levels rise, from above 0, and end with the target", () => {
    fc.assert(
      fc.property(targets, (target) => {
        const all = levels(target, options);
        expect(all.at(-1)).toBe(target);
        for (const [i, level] of all.slice(1).entries()) expect(level).toBeGreaterThan(all[i] ?? 1);
        if (all.length > 1) expect(all[0]).toBeGreaterThan(0);
      }),
    );
  });

  test("the same target has the same levels", () => {
    fc.assert(
      fc.property(targets, (target) => {
        expect(levels(target, options)).toEqual(levels(target, options));
      }),
    );
  });

  if (during === undefined) return;
  test("its course rises, stays within the recovery and ends with the target", () => {
    fc.assert(
      fc.property(targets, fc.nat(5000), (target, steps) => {
        const course = during(target, steps, options);
        const prunings = course.filter((change) => "sparsity" in change);
        expect(prunings.at(-1)?.sparsity).toBe(target);
        for (const [i, { step }] of course.entries()) {
          expect(Number.isInteger(step)).toBe(true);
          expect(step).toBeLessThanOrEqual(steps);
          expect(step).toBeGreaterThan(course[i - 1]?.step ?? -1);
        }
        for (const [i, { sparsity, anew }] of prunings.entries()) {
          expect(sparsity).toBeLessThanOrEqual(target);
          if (anew !== true) expect(sparsity).toBeGreaterThanOrEqual(prunings[i - 1]?.sparsity ?? 0);
        }
      }),
    );
  });
});
