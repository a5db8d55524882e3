import { expect, test } from "vitest";
import { compensation } from "../../../src/pruning/second-order/least-squares.ts";
import { pivotsOf } from "../../../src/pruning/second-order/pivots.ts";
import { gather, gatherRows, randomGradients } from "./gradients.ts";

test("the kept value does what the two did together, as far as the dampening lets it", async () => {
  // 1/1 (1 x - (2 * 3))^2 + d x^2 is least at x = 6 / (1 + d).
  const pivots = pivotsOf(await gatherRows([[1, 2]]), 0);
  const kept = Uint8Array.of(1, 0);
  const [change, gone] = compensation(pivots, kept, Float64Array.of(5, 3), 0.5);
  expect(change).toBeCloseTo(6 / 1.5, 10);
  expect(gone).toBe(0);
});

test("nothing goes, nothing stays, or nothing is felt: nothing changes", async () => {
  const pivots = pivotsOf(await gatherRows([[1, 2]]), 0);
  const weights = Float64Array.of(5, 3);
  for (const kept of [Uint8Array.of(1, 1), Uint8Array.of(0, 0)]) {
    expect([...compensation(pivots, kept, weights, 1)]).toEqual([0, 0]);
  }
  const unfelt = pivotsOf(await gatherRows([[0, 0]]), 0);
  expect([...compensation(unfelt, Uint8Array.of(1, 0), weights, 1)]).toEqual([0, 0]);
});

test("no small change of the change does better", async () => {
  const examples = 30;
  const gradients = await gather(randomGradients(examples));
  const kept = Uint8Array.from({ length: 23 }, (_, i) => Number(i % 3 !== 0));
  const weights = Float64Array.from({ length: 23 }, (_, i) => Math.cos(i));
  const cost = (change: Float64Array) => {
    const moved = weights.map((w, i) => (kept[i] === 1 ? (change[i] ?? 0) : -w));
    const squares = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
    return squares(gradients.times(moved)) / examples + 0.01 * squares(change);
  };
  const change = compensation(pivotsOf(gradients, 0), kept, weights, 0.01);
  const least = cost(change);
  for (const [i, keep] of kept.entries()) {
    for (const step of keep === 1 ? [0.05, -0.05] : []) {
      expect(cost(change.map((value, j) => value + (i === j ? step : 0)))).toBeGreaterThan(least);
    }
  }
});
