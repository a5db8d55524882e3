import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Block, findKeptIn, gather, list, scatter, totalSize } from "../../src/network/blocks.ts";
import { keptRows } from "../../src/network/mask.ts";

const numbersBelow = (count: number) => [...Array(count).keys()];

/** Rows and columns of a tensor, in rising order, and a mask of it. */
const blockAndMask = fc
  .record({ height: fc.integer({ min: 1, max: 5 }), width: fc.integer({ min: 1, max: 5 }) })
  .chain(({ height, width }) =>
    fc.record({
      rows: fc.subarray(numbersBelow(height)),
      columns: fc.subarray(numbersBelow(width)),
      width: fc.constant(width),
      mask: fc.array(fc.constantFrom(0, 1), { minLength: height * width, maxLength: height * width }),
    }),
  )
  .map(({ rows, columns, width, mask }) => ({
    block: { name: "w", width, rows: Int32Array.from(rows), columns: Int32Array.from(columns) },
    mask: Uint8Array.from(mask),
  }));

const indicesOf = ({ rows, columns, width }: Block) =>
  [...rows].flatMap((row) => [...columns].map((column) => row * width + column));

test("holds the values at its rows and columns, one block after the other", () => {
  const tensors = new Map([["w", Float32Array.of(1, 2, 3, 4, 5, 6)]]);
  const block: Block = { name: "w", width: 3, rows: Int32Array.of(1), columns: Int32Array.of(0, 2) };
  const blocks = [block, list("w", Int32Array.of(1)), list("none", Int32Array.of(7))];
  expect(totalSize(blocks)).toBe(4);
  expect([...gather(new Float32Array(4), blocks, tensors, 9)]).toEqual([4, 6, 2, 9]);
  scatter(Float32Array.of(40, 60, 20), blocks.slice(0, 2), tensors);
  expect([...(tensors.get("w") ?? [])]).toEqual([1, 20, 3, 40, 5, 60]);
  expect(() => scatter(new Float32Array(4), blocks, tensors)).toThrow("no tensor named 'none'");
});

describe("any block", () => {
  test("gathers its indices, and scatters to them alone", () => {
    fc.assert(
      fc.property(blockAndMask, ({ block, mask }) => {
        const values = Float32Array.from(mask, (_, i) => i + 1);
        const flat = gather(new Float32Array(totalSize([block])), [block], new Map([["w", values]]), 0);
        expect([...flat]).toEqual(indicesOf(block).map((index) => index + 1));
        const back = new Float32Array(values.length);
        scatter(flat, [block], new Map([["w", back]]));
        const inside = new Set(indicesOf(block));
        expect([...back]).toEqual([...values].map((value, i) => (inside.has(i) ? value : 0)));
      }),
    );
  });

  test("finds what is kept in it", () => {
    fc.assert(
      fc.property(blockAndMask, fc.boolean(), ({ block, mask }, isMasked) => {
        const kept = indicesOf(block)
          .map((index, position) => ({ index, position }))
          .filter(({ index }) => !isMasked || mask[index] === 1);
        const { indices, positions } = findKeptIn(block, isMasked ? keptRows(mask, block.width) : undefined);
        expect([...indices]).toEqual(kept.map(({ index }) => index));
        expect([...positions]).toEqual(kept.map(({ position }) => position));
      }),
    );
  });
});
