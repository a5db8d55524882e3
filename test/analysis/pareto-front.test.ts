import fc from "fast-check";
import { expect, test } from "vitest";
import { paretoFront } from "../../src/analysis/pareto-front.ts";

type Item = readonly [cost: number, value: number];
const front = (items: readonly Item[]) =>
  paretoFront(items, { cost: ([cost]) => cost, value: ([, value]) => value });

test("keeps what nothing else beats, by rising cost", () => {
  expect(
    front([
      [3, 97],
      [1, 90],
      [2, 89],
      [4, 97],
      [2, 95],
    ]),
  ).toEqual([
    [1, 90],
    [2, 95],
    [3, 97],
  ]);
});

test("keeps all of several equal items, and nothing of nothing", () => {
  expect(
    front([
      [1, 2],
      [1, 2],
      [1, 1],
    ]),
  ).toEqual([
    [1, 2],
    [1, 2],
  ]);
  expect(front([])).toEqual([]);
});

test("along the front cost and value rise together, and every item left out is beaten by one of it", () => {
  const item = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }));
  fc.assert(
    fc.property(fc.array(item, { maxLength: 20 }), (items) => {
      const kept = front(items);
      for (const [i, [cost, value]] of kept.entries()) {
        const next = kept[i + 1];
        if (next === undefined) continue;
        expect(next[0] === cost ? next[1] === value : next[0] > cost && next[1] > value).toBe(true);
      }
      for (const [cost, value] of items) {
        expect(kept.some(([c, v]) => c <= cost && v >= value)).toBe(true);
      }
    }),
  );
});
