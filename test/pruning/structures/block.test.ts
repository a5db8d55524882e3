import { expect, test } from "vitest";
import { pruneMasks } from "../../../src/pruning/prune.ts";
import { block } from "../../../src/pruning/structures/block.ts";
import { chosen, tensorSpec } from "../fixtures.ts";

test("blocks lie side by side, smaller at the right and lower edges", () => {
  expect(block.units(tensorSpec("fc1.weight", [3, 5]), { rows: 2, columns: 2 })).toEqual({
    count: 6,
    // biome-ignore format: a matrix
    of: Int32Array.of(
      0, 0, 1, 1, 2,
      0, 0, 1, 1, 2,
      3, 3, 4, 4, 5,
    ),
  });
});

test("a convolution is the matrix of its filters, channel by channel", () => {
  expect(block.units(tensorSpec("conv1.weight", [2, 2, 1, 3]), { rows: 1, columns: 4 })).toEqual({
    count: 4,
    of: Int32Array.of(0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 3),
  });
});

test("a block that is larger than the weight is all of it", () => {
  expect(block.units(tensorSpec("fc1.weight", [2, 2]), { rows: 9, columns: 9 })).toEqual({
    count: 1,
    of: Int32Array.of(0, 0, 0, 0),
  });
});

test("a value of a bias is a unit", () => {
  expect(block.units(tensorSpec("fc1.bias", [2]), { rows: 4, columns: 4 })).toEqual({
    count: 2,
    of: Int32Array.of(0, 1),
  });
});

test("the block with the lowest sum goes whole", () => {
  const tensors = [tensorSpec("fc1.weight", [2, 4])];
  const scores = new Map([["fc1.weight", Float32Array.of(1, 2, 0, 9, 3, 4, 0, 0)]]);
  const structure = (options: object) =>
    chosen("structure", { name: "block", rows: 2, columns: 2, ...options });
  const masked = (options: object) =>
    pruneMasks({
      tensors,
      scores,
      method: { allocation: chosen("allocation", "uniform"), structure: structure(options) },
      sparsity: 0.5,
    })
      .get("fc1.weight")
      ?.join("");
  // Sums 10 and 9; norms 5.5 and 9.
  expect(masked({})).toBe("11001100");
  expect(masked({ norm: "l2" })).toBe("00110011");
});
