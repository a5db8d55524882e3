import fc from "fast-check";
import { expect, test } from "vitest";
import { countKept } from "../../../src/network/mask.ts";
import { weightPerOutput } from "../../../src/pruning/structures/weight-per-output.ts";
import { networks, tensorSpec } from "../fixtures.ts";

const select = (scores: readonly number[], count: number, shape: readonly number[]) => [
  ...(weightPerOutput.select?.(Float32Array.from(scores), count, tensorSpec("fc1.weight", shape), {}) ?? []),
];

test("takes the lowest of each output, whatever the others have", () => {
  expect(select([1, 2, 3, 10, 30, 20], 2, [2, 3])).toEqual([0, 1, 1, 0, 1, 1]);
  expect(select([1, 2, 3, 10, 30, 20], 4, [2, 3])).toEqual([0, 0, 1, 0, 1, 0]);
});

test("takes one more of the first outputs where the count does not divide", () => {
  expect(select([1, 2, 3, 10, 30, 20], 3, [2, 3])).toEqual([0, 0, 1, 0, 1, 1]);
});

test("compares the values of a bias with each other", () => {
  expect(select([3, 1, 2], 2, [3])).toEqual([1, 0, 0]);
});

test("prunes any count exactly, outputs within one of each other, and brings nothing back when more go", () => {
  fc.assert(
    fc.property(networks, fc.infiniteStream(fc.integer({ min: 0, max: 3 })), ([tensor], stream) => {
      if (tensor === undefined) return;
      const scores = [...stream.take(tensor.size)];
      const [rows = 1] = tensor.shape;
      let before = scores.map(() => 1);
      for (let count = 0; count <= tensor.size; count++) {
        const mask = select(scores, count, tensor.shape);
        expect(countKept(Uint8Array.from(mask))).toBe(tensor.size - count);
        expect(mask.every((kept, i) => kept <= (before[i] as number))).toBe(true);
        const columns = tensor.size / rows;
        const kept = Array.from({ length: rows }, (_, row) =>
          countKept(Uint8Array.from(mask.slice(row * columns, (row + 1) * columns))),
        );
        if (tensor.shape.length > 1) expect(Math.max(...kept) - Math.min(...kept)).toBeLessThanOrEqual(1);
        before = mask;
      }
    }),
  );
});
