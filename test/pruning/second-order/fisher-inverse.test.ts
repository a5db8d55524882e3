import { expect, test } from "vitest";
import { FisherInverse } from "../../../src/pruning/second-order/fisher-inverse.ts";
import { pivotsOf } from "../../../src/pruning/second-order/pivots.ts";
import { gather, gatherRows, randomGradients, rowsOf } from "./gradients.ts";

/** (d I + (1/N) Gᵀ G) x */
function fisherTimes(
  rows: readonly (readonly number[])[],
  dampening: number,
  x: readonly number[],
): number[] {
  const products = rows.map((row) => row.reduce((sum, g, i) => sum + g * (x[i] ?? 0), 0));
  return x.map(
    (value, i) =>
      dampening * value +
      rows.reduce((sum, row, n) => sum + (row[i] ?? 0) * (products[n] ?? 0), 0) / rows.length,
  );
}

test("of one gradient is what Woodbury's identity gives by hand", async () => {
  // F = I + [1 2; 2 4]; its determinant is 6, and its inverse [5 -2; -2 2] / 6.
  const inverse = new FisherInverse(pivotsOf(await gatherRows([[1, 2]]), 0), 1);
  const [a, b] = inverse.diagonal();
  expect(a).toBeCloseTo(5 / 6, 12);
  expect(b).toBeCloseTo(2 / 6, 12);
  const [x, y] = inverse.times(Float64Array.of(1, 1));
  expect(x).toBeCloseTo(3 / 6, 12);
  expect(y).toBeCloseTo(0, 12);
});

test.each([3, 12, 60])("undoes what it is the inverse of: %i examples", async (examples) => {
  const each = randomGradients(examples);
  const rows = rowsOf(each);
  const inverse = new FisherInverse(pivotsOf(await gather(each), 0), 0.1);
  const v = Float64Array.from({ length: 23 }, (_, i) => Math.sin(i + 1));
  const back = fisherTimes(rows, 0.1, [...inverse.times(v)]);
  for (const [i, value] of v.entries()) expect(back[i]).toBeCloseTo(value, 4);
  const unit = (i: number) => Float64Array.from({ length: 23 }, (_, j) => Number(i === j));
  for (const [i, value] of inverse.diagonal().entries())
    expect(value).toBeCloseTo(inverse.times(unit(i))[i] ?? 0, 8);
});

test("gradients that are alike, or all 0, are no obstacle", async () => {
  const rows = [
    [1, 2],
    [1, 2],
    [2, 4],
  ];
  const alike = new FisherInverse(pivotsOf(await gatherRows(rows), 0), 1);
  // The mean of the outer products is 2 x [1 2; 2 4]: F = [3 4; 4 9].
  expect(alike.diagonal()[0]).toBeCloseTo(9 / 11, 12);
  const zero = new FisherInverse(pivotsOf(await gatherRows([[0, 0]]), 0), 0.5);
  expect([...zero.diagonal()]).toEqual([2, 2]);
  expect([...zero.times(Float64Array.of(1, -3))]).toEqual([2, -6]);
});
