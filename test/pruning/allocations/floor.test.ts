import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Allocation } from "../../../src/pruning/allocation.ts";
import { allocations } from "../../../src/pruning/allocations/registry.ts";
import { axes, axisSchema } from "../../../src/pruning/method.ts";
import { request } from "./request.ts";

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const exact = allocations.list().filter((allocation) => allocation.exact === "in total");
const global = allocations.named("global");

const parse = (allocation: unknown) => axisSchema(axes.allocation).safeParse(allocation);

test("what a layer keeps for its floor, the others lose", () => {
  const of = request([1, 2, 3, 4], [10, 20, 30, 40, 50, 60]);
  const at = (budget: number, floor: object) => global.counts(of(budget / 10), { floor });
  expect(at(5, { count: 2 })).toEqual([2, 3]);
  expect(at(6, { count: 2 })).toEqual([2, 4]);
  expect(at(2, { count: 2 })).toEqual([2, 0]);
  // A fifth of 4 and of 6, rounded up.
  expect(at(6, { fraction: 0.2 })).toEqual([3, 3]);
  expect(at(7, { fraction: 0.2 })).toEqual([3, 4]);
  // A layer with fewer than the floor stays whole.
  expect(at(1, { count: 5 })).toEqual([0, 1]);
  // Of both the larger.
  expect(at(5, { count: 1, fraction: 0.5 })).toEqual([2, 3]);
});

test("a floor that leaves no room is refused with the figures", () => {
  const of = request([1, 2, 3, 4], [10, 20, 30, 40, 50, 60]);
  expect(() => global.counts(of(0.7), { floor: { count: 2 } })).toThrow(
    "A floor leaves no room: its floor keeps 4 of 10, which leaves 6 to prune, and 7 are to go.",
  );
});

test.each(exact)("$name keeps its budget, its floor and what a lower sparsity took", (allocation) => {
  const layers = fc.array(
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(layers, fc.integer({ min: 1, max: 8 }), (scores, count) => {
      const of = request(...scores);
      const room = sum(scores.map(({ length }) => Math.max(0, length - count)));
      let before = scores.map(() => 0);
      for (let budget = 0; budget <= room; budget++) {
        const now = countsOf(allocation, of(budget / scores.flat().length), { count });
        expect(sum(now)).toBe(budget);
        for (const [i, { length }] of scores.entries()) {
          expect(length - (now[i] as number)).toBeGreaterThanOrEqual(Math.min(length, count));
          expect(now[i]).toBeGreaterThanOrEqual(before[i] as number);
        }
        before = [...now];
      }
    }),
    { numRuns: 30 },
  );
});

function countsOf(allocation: Allocation, asked: Parameters<Allocation["counts"]>[0], floor: object) {
  return allocation.counts(asked, { floor });
}

test.each(exact)("$name with a floor that nobody reaches is $name", (allocation) => {
  const of = request([1, 2, 3, 4, 5, 6, 7, 8], [2, 4, 6, 8, 10, 12], [1, 1, 1, 9]);
  const asked = of(0.5);
  expect(allocation.counts(asked, { floor: { fraction: 0.01 } })).toEqual(allocation.counts(asked, {}));
});

describe("in the config", () => {
  test("it is an option of allocations that share one budget, and of no other", () => {
    for (const { name, exact } of allocations.list()) {
      expect(parse({ name, floor: { count: 10 } }).success, name).toBe(exact === "in total");
    }
  });

  test.each([{}, { count: 0 }, { fraction: 0 }, { fraction: 1.1 }, { weights: 3 }])("%j is none", (floor) => {
    expect(parse({ name: "global", floor }).success).toBe(false);
  });
});
