import { expect, test } from "vitest";
import { randomStream } from "../../../src/foundations/random.ts";
import { bernoulli } from "../../../src/pruning/allocations/bernoulli.ts";
import { request } from "./request.ts";

test("what is drawn below the sparsity goes, a tensor's count whatever it is", () => {
  const asked = request([0.1, 0.5, 0.9], [0.49, 0.2]);
  expect(bernoulli.counts(asked(0.5), {})).toEqual([1, 2]);
  expect(bernoulli.counts(asked(0.51), {})).toEqual([2, 2]);
});

test("nothing goes at 0, and everything at 1, also a draw that a float32 rounds to 1", () => {
  const asked = request([0, 1 - 2 ** -53], [0.3]);
  expect(bernoulli.counts(asked(0), {})).toEqual([0, 0]);
  expect(bernoulli.counts(asked(1), {})).toEqual([2, 1]);
});

test("what is pruned already counts, and a score that is no number stays", () => {
  const asked = request([Number.NEGATIVE_INFINITY, 0.9, Number.NaN]);
  expect(bernoulli.counts(asked(0.5), {})).toEqual([1]);
});

test("the share that goes is within four standard deviations of the sparsity, and hardly ever it", () => {
  const n = 10_000;
  const counts = Array.from({ length: 20 }, (_, seed) => {
    const stream = randomStream(seed, "bernoulli");
    const draws = Array.from({ length: n }, () => stream.uniform());
    return bernoulli.counts(request(draws)(0.95), {})[0] ?? 0;
  });
  // sqrt(10,000 x .95 x .05) = 21.8
  for (const count of counts) expect(Math.abs(count - 9500)).toBeLessThan(4 * 21.8);
  expect(new Set(counts).size).toBeGreaterThan(10);
});
