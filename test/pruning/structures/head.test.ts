import { expect, test } from "vitest";
import type { Masks } from "../../../src/network/mask.ts";
import { pruneMasks, scoreUnits } from "../../../src/pruning/prune.ts";
import { ffnNeuron } from "../../../src/pruning/structures/ffn-neuron.ts";
import { head } from "../../../src/pruning/structures/head.ts";
import { chosen, transformerWeights } from "../fixtures.ts";

/** A block of two heads of 2 and three neurons between, with a classifier. */
const tensors = transformerWeights(4, 2, 3, 1);
const [query, , , out, up, down, output] = tensors;
if (!(query && out && up && down && output)) throw new Error("a block has six weights");

const method = (structure: string, norm?: string) => ({
  allocation: chosen("allocation", "uniform"),
  structure: chosen("structure", norm === undefined ? structure : { name: structure, norm }),
});

/** Scores that are the same in all rows, or in all columns, of a slice. */
const byRow = (...rows: number[]) => Float32Array.from(rows.flatMap((score) => Array(4).fill(score)));
const byColumn = (rows: number, ...columns: number[]) =>
  Float32Array.from(Array.from({ length: rows }, () => columns).flat());
const scores = new Map([
  ["block0.attention.q_lin.weight", byRow(1, 1, 2, 2)],
  ["block0.attention.k_lin.weight", byRow(3, 3, 0, 0)],
  ["block0.attention.v_lin.weight", byRow(0, 0, 0, 0)],
  ["block0.attention.out_lin.weight", byColumn(4, 0.5, 0.5, 4, 4)],
  ["block0.ffn.lin1.weight", byRow(1, 2, 3)],
  ["block0.ffn.lin2.weight", byColumn(4, 9, 2, 5)],
  ["output.weight", new Float32Array(8).fill(7)],
]);

const bits = (masks: Masks) => Object.fromEntries([...masks].map(([name, mask]) => [name, mask.join("")]));

test("a head is its rows of query, key and value, and its columns of the output layer", () => {
  expect(head.units(query, {})).toEqual({
    count: 2,
    of: Int32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1),
  });
  expect(head.units(out, {})).toEqual({
    count: 2,
    of: Int32Array.of(0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1),
  });
  expect(tensors.map((tensor) => head.group?.(tensor))).toEqual([
    ...["block0", "block0", "block0", "block0"],
    ...[undefined, undefined, undefined],
  ]);
  expect(head.units(output, {})).toBeUndefined();
});

test("a feed-forward neuron is its row of the first layer and its column of the second", () => {
  expect(ffnNeuron.units(up, {})).toEqual({
    count: 3,
    of: Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2),
  });
  expect(ffnNeuron.units(down, {})).toEqual({
    count: 3,
    of: Int32Array.of(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2),
  });
  expect(ffnNeuron.group?.(query)).toBeUndefined();
});

test.each([
  // 8 of 1, 8 of 3, 8 of 0, 8 of 0.5; 8 of 2, 8 of 0, 8 of 0, 8 of 4.
  ["head", undefined, [36, 48]],
  ["head", "l2", [Math.sqrt(8 + 72 + 2), Math.sqrt(32 + 128)]],
  ["head", "max", [3, 4]],
  // 4 of 1 and 4 of 9; 4 of 2 and 4 of 2; 4 of 3 and 4 of 5.
  ["ffn-neuron", undefined, [40, 16, 32]],
  ["ffn-neuron", "l2", [Math.sqrt(4 + 324), Math.sqrt(32), Math.sqrt(36 + 100)]],
  ["ffn-neuron", "max", [9, 2, 5]],
])("what a unit is worth adds up over its tensors: %s, %s", (structure, norm, expected) => {
  const scored = scoreUnits({ tensors, scores, method: method(structure, norm) });
  expect(scored.map((units) => [...units.scores])).toEqual([expected.map(Math.fround)]);
});

test("the head that is worth least goes from all four weights, and no other weight is pruned", () => {
  const masks = pruneMasks({ tensors, scores, method: method("head"), sparsity: 0.5 });
  const rows = "0000000011111111";
  expect(bits(masks)).toEqual({
    "block0.attention.q_lin.weight": rows,
    "block0.attention.k_lin.weight": rows,
    "block0.attention.v_lin.weight": rows,
    "block0.attention.out_lin.weight": "0011001100110011",
  });
});

test("what other methods pruned of a head counts for it once all of it is gone, and stays pruned", () => {
  const previous = new Map([
    // The second head's rows of the query, and one value of the first head's key.
    ["block0.attention.q_lin.weight", byRow(1, 1, 0, 0)],
    ["block0.attention.k_lin.weight", Float32Array.of(0, ...Array(15).fill(1))],
  ]);
  const masks = new Map([...previous].map(([name, mask]) => [name, Uint8Array.from(mask)]));
  const [scored] = scoreUnits({ tensors, scores, method: method("head"), previous: masks });
  expect(scored).toMatchObject({ gone: 0 });
  const kept = pruneMasks({ tensors, scores, method: method("head"), sparsity: 0, previous: masks });
  expect(bits(kept)).toEqual({
    "block0.attention.q_lin.weight": "1111111100000000",
    "block0.attention.k_lin.weight": "0111111111111111",
    "block0.attention.v_lin.weight": "1".repeat(16),
    "block0.attention.out_lin.weight": "1".repeat(16),
  });
});

test("a lower budget than what is gone is refused in heads", () => {
  const previous = pruneMasks({ tensors, scores, method: method("head"), sparsity: 1 });
  expect(() => pruneMasks({ tensors, scores, method: method("head"), sparsity: 0.5, previous })).toThrow(
    "A sparsity of 0.5 would bring back weights: 2 of 2 units of block0.attention.q_lin.weight are pruned already.",
  );
});
