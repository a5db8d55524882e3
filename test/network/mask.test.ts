import { expect, test } from "vitest";
import { randomStream } from "../../src/foundations/random.ts";
import { countKept, findKept, keptRows, withoutPruned } from "../../src/network/mask.ts";

test("counts and finds what is kept", () => {
  const mask = Uint8Array.of(1, 0, 1, 1, 0);
  expect(countKept(mask)).toBe(3);
  expect([...findKept(mask)]).toEqual([0, 2, 3]);
  expect(countKept(new Uint8Array())).toBe(0);
  expect([...findKept(new Uint8Array())]).toEqual([]);
});

test("does so wherever the mask lies in memory, and however long it is", () => {
  const stream = randomStream(0, "test masks");
  for (const length of [1, 3, 4, 5, 8, 63, 1000]) {
    for (const offset of [0, 1, 2, 4]) {
      const mask = new Uint8Array(new ArrayBuffer(length + offset), offset).map(() => stream.below(2));
      const view = new Uint8Array(new ArrayBuffer(length + offset), offset, length);
      view.set(mask);
      const kept = [...mask.keys()].filter((i) => mask[i] === 1);
      expect(countKept(view)).toBe(kept.length);
      expect([...findKept(view)]).toEqual(kept);
    }
  }
});

test("finds where the rows of a matrix begin among them", () => {
  const { indices, starts } = keptRows(Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 1, 0), 3);
  expect([...indices]).toEqual([0, 2, 7]);
  expect([...starts]).toEqual([0, 2, 2, 3]);
});

test("puts 0 in place of what is pruned, and leaves the values as they are", () => {
  const all = Float32Array.of(9, 1, -2, Number.NaN, 3);
  const parameters = new Map([
    ["a", all.subarray(1, 4)],
    ["b", Float32Array.of(-0, 5)],
    ["c", Float32Array.of(6)],
  ]);
  const masks = new Map([
    ["b", Uint8Array.of(1, 0)],
    ["a", Uint8Array.of(1, 0, 0)],
  ]);
  const kept = withoutPruned(parameters, masks);
  expect([...kept]).toEqual([
    ["a", Float32Array.of(1, 0, 0)],
    ["b", Float32Array.of(-0, 0)],
    ["c", Float32Array.of(6)],
  ]);
  expect([...all]).toEqual([9, 1, -2, Number.NaN, 3]);
});
