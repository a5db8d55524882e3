import { expect, test } from "vitest";
import { norms, worthOfUnits } from "../../src/pruning/worth.ts";

const units = { count: 2, of: Int32Array.of(0, 1, 0, 1) };
const worth = (norm: (typeof norms)[number], ...values: number[]) => [
  ...worthOfUnits(2, [{ values: Float32Array.from(values), units }], norm),
];

test("is the sum, the L2 norm or the largest of the scores of a unit's values", () => {
  expect(worth("sum", 3, 1, 4, 2)).toEqual([7, 3]);
  expect(worth("l2", 3, 6, 4, 8)).toEqual([5, 10]);
  expect(worth("max", 3, 1, 4, 2)).toEqual([4, 2]);
});

test("scores below 0 are summed, count as 0 in the L2 norm, and can be the largest", () => {
  expect(worth("sum", -3, 1, 1, 2)).toEqual([-2, 3]);
  expect(worth("l2", -3, 0, 1, 2)).toEqual([1, 2]);
  expect(worth("max", -3, -2, -1, -5)).toEqual([-1, -2]);
});

test.each(norms)("a NaN makes a unit's NaN, which is kept to the last: %s", (norm) => {
  expect(worth(norm, 3, 1, Number.NaN, 2)[0]).toBeNaN();
});
