import fc from "fast-check";
import { expect, test } from "vitest";
import { ratios } from "../../../src/pruning/allocations/ratios.ts";
import { request } from "./request.ts";

const ones = (count: number) => new Array<number>(count).fill(1);
/** Layers of 100, 50 and 10 weights. */
const of = request(ones(100), ones(50), ones(10));
/** What goes of them when so many go in all. */
const counts = (budget: number, options: Parameters<typeof ratios.counts>[1]) =>
  ratios.counts(of(budget / 160), options);

test("named layers have their sparsities, and the others share the rest", () => {
  const options = { sparsities: { fc1: 0.9, fc3: 0.5 } };
  expect(counts(120, options)).toEqual([90, 25, 5]);
  expect(counts(95, options)).toEqual([90, 0, 5]);
  expect(counts(145, options)).toEqual([90, 50, 5]);
});

test("below, they approach them at the same pace; all goes when all has to", () => {
  const options = { sparsities: { fc1: 0.9, fc3: 0.5 } };
  expect(counts(38, options)).toEqual([36, 0, 2]);
  expect(counts(0, options)).toEqual([0, 0, 0]);
  expect(counts(160, options)).toEqual([100, 50, 10]);
});

test("relative densities: one that is not named has 1, and none is more than dense", () => {
  // fc2 twice as dense as the others: of 42 that stay 2 x 50 x .2 = 20 and 110 x .2 = 22.
  expect(counts(118, { densities: { fc2: 2 } })).toEqual([80, 30, 8]);
  // fc3 dense, of the rest a half.
  expect(counts(75, { densities: { fc3: 100 } })).toEqual([50, 25, 0]);
  expect(counts(80, {})).toEqual([50, 25, 5]);
});

test("both together, and output for the last layer", () => {
  const options = { sparsities: { output: 0 }, densities: { fc2: 0.5 } };
  // Of 60 that stay 10 are the output's, and 100 d + 50 d / 2 = 50.
  expect(counts(100, options)).toEqual([60, 40, 0]);
});

test("a budget that takes more than the other layers have does not fit", () => {
  const tensors = [100, 50, 10].map((units, i) => ({
    name: `fc${i + 1}.weight`,
    layer: `fc${i + 1}`,
    isLast: i === 2,
    units,
  }));
  const options = { sparsities: { fc1: 0.9, output: 0.5 } };
  expect(ratios.misfit?.(tensors, 145, options)).toBeUndefined();
  expect(ratios.misfit?.(tensors, 160, options)).toBeUndefined();
  expect(ratios.misfit?.(tensors, 146, options)).toBe(
    "with these sparsities 145 of 160 can go at most, all of the other layers, and 146 are to go",
  );
  expect(ratios.misfit?.(tensors, 159, { densities: { fc1: 3 } })).toBeUndefined();
});

test("whatever the options, no layer gets a weight back when the budget grows, and it is met", () => {
  const numbers = fc.record({
    sparsities: fc.option(fc.record({ fc1: fc.double({ min: 0, max: 1, noNaN: true }) }), { nil: undefined }),
    densities: fc.option(fc.record({ fc2: fc.double({ min: 1e-3, max: 1e3, noNaN: true }) }), {
      nil: undefined,
    }),
  });
  fc.assert(
    fc.property(numbers, ({ sparsities, densities }) => {
      const options = { ...(sparsities && { sparsities }), ...(densities && { densities }) };
      let before: readonly number[] = [0, 0, 0];
      for (let budget = 0; budget <= 160; budget += 4) {
        const now = counts(budget, options);
        expect(now.reduce((sum, count) => sum + count, 0)).toBe(budget);
        expect(now.every((count, i) => count >= (before[i] as number))).toBe(true);
        before = now;
      }
    }),
  );
});
