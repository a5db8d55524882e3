import { expect, test } from "vitest";
import type { AllocationRequest } from "../../../src/pruning/allocation.ts";
import { erdosRenyi } from "../../../src/pruning/allocations/erdos-renyi.ts";
import { erk } from "../../../src/pruning/allocations/erk.ts";

function request(shapes: readonly (readonly number[])[], budget: number): AllocationRequest {
  const tensors = shapes.map((shape, i) => ({
    name: `layer${i}.weight`,
    layer: `layer${i}`,
    isLast: i === shapes.length - 1,
    shape,
    scores: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  }));
  const size = tensors.reduce((sum, { scores }) => sum + scores.length, 0);
  return { tensors, sparsity: budget / size, budget };
}

test("kept weights are as inputs plus outputs", () => {
  // 20 x 30 and 10 x 20 of 800 in all: kept as 50 to 30, so of 80 that stay 50 and 30.
  expect(
    erdosRenyi.counts(
      request(
        [
          [20, 30],
          [10, 20],
        ],
        720,
      ),
      {},
    ),
  ).toEqual([550, 170]);
  expect(
    erk.counts(
      request(
        [
          [20, 30],
          [10, 20],
        ],
        720,
      ),
      {},
    ),
  ).toEqual([550, 170]);
});

test("a layer that would be more than dense is dense, and the rest is shared", () => {
  // 2 x 2 has 4 / 4 = 1, 40 x 40 has 80 / 1600: of 100 that stay 5 would be the small one's, which has 4.
  expect(
    erk.counts(
      request(
        [
          [2, 2],
          [40, 40],
        ],
        1504,
      ),
      {},
    ),
  ).toEqual([0, 1504]);
});

test("kernels: inputs + outputs + height + width, or times the kernel's size", () => {
  // 4 x 2 x 3 x 3 = 72: erk 4 + 2 + 3 + 3 = 12; dense 6 x 6 = 36: 12. erdos-renyi: (4 + 2) x 9 = 54 to 12.
  const shapes = [
    [4, 2, 3, 3],
    [6, 6],
  ];
  expect(erk.counts(request(shapes, 84), {})).toEqual([60, 24]);
  expect(erdosRenyi.counts(request(shapes, 75), {})).toEqual([45, 30]);
});

test("a bias counts as the weights of one input", () => {
  // 9 x 9: 18; bias 9: 10. Of 28 that stay it would have 10, and has 9.
  expect(erk.counts(request([[9, 9], [9]], 63), {})).toEqual([63, 0]);
});
