import { describe, expect, test } from "vitest";
import { fisherTimes, pivotsOf } from "../../../src/pruning/second-order/pivots.ts";
import { gather, gatherRows, randomGradients, rowsOf } from "./gradients.ts";

const examples = 12;
const each = randomGradients(examples);
const rows = rowsOf(each);
const gradients = await gather(each);
const unit = (i: number) => Float64Array.from({ length: 23 }, (_, j) => Number(i === j));
const information = (i: number, j: number) =>
  rows.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0) / examples;

test("without any left out, they have the empirical Fisher information", () => {
  const pivots = pivotsOf(gradients, 0);
  expect(pivots.gradients.examples).toBe(examples);
  for (let i = 0; i < 23; i++) {
    for (const [j, value] of fisherTimes(pivots, unit(i)).entries()) {
      expect(value).toBeCloseTo(information(i, j), 5);
    }
  }
});

test("values that are not wanted are 0", () => {
  const wanted = Uint8Array.from({ length: 23 }, (_, i) => i % 2);
  const found = fisherTimes(pivotsOf(gradients, 0), unit(3), wanted);
  for (const [j, value] of found.entries()) {
    expect(value).toBeCloseTo(wanted[j] === 1 ? information(3, j) : 0, 5);
  }
});

describe.each([0.01, 0.1, 0.5])("with as much as %d left out", (enough) => {
  test("the values of the diagonal are on average no more than that too small", () => {
    const pivots = pivotsOf(gradients, enough);
    expect(pivots.gradients.examples).toBeLessThanOrEqual(examples);
    let lacking = 0;
    for (let i = 0; i < 23; i++) {
      lacking += information(i, i) - (fisherTimes(pivots, unit(i))[i] ?? 0);
    }
    expect(lacking / 23).toBeGreaterThan(-1e-6);
    expect(lacking / 23).toBeLessThanOrEqual(enough + 1e-6);
  });
});

test("gradients that are multiples of one another need one", async () => {
  const alike = [
    [1, 2],
    [-1, -2],
    [2, 4],
  ];
  const pivots = pivotsOf(await gatherRows(alike), 0);
  expect(pivots.gradients.examples).toBe(1);
  // The mean of the outer products is 2 x [1 2; 2 4].
  const [x, y] = fisherTimes(pivots, Float64Array.of(1, 0));
  expect(x).toBeCloseTo(2, 12);
  expect(y).toBeCloseTo(4, 12);
});
