import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countLowest, pruneLowest, roundHalfToEven } from "../../src/pruning/top-k.ts";

test.each([
  [0, 0],
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [3.5, 4],
  [2.4999999, 2],
  [2.5000001, 3],
  [1e6 + 0.5, 1e6],
  [7, 7],
])("rounds %f to %i, as Python does", (x, expected) => {
  expect(roundHalfToEven(x)).toBe(expected);
});

// Few distinct values, so that ties abound; and every special one.
const score = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(-1, -0, 0, 1, 2) },
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.float(),
);
const scoresAndCount = fc
  .array(score, { maxLength: 40 })
  .chain((scores) => fc.record({ scores: fc.constant(scores), k: fc.nat(scores.length) }));

/** The rule, word for word: order by score (NaN last), then by index; the first k go. */
function referenceMask(scores: readonly number[], k: number): number[] {
  const rank = (x: number) => (Number.isNaN(x) ? [1, 0] : [0, x + 0]) as [number, number];
  const order = scores.map((_, i) => i);
  order.sort((i, j) => {
    const [a, b] = [rank(scores[i] as number), rank(scores[j] as number)];
    return a[0] - b[0] || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0) || i - j;
  });
  const pruned = new Set(order.slice(0, k));
  return scores.map((_, i) => (pruned.has(i) ? 0 : 1));
}

test("prunes the k lowest, of equals the lower index, NaN last", () => {
  fc.assert(
    fc.property(scoresAndCount, ({ scores, k }) => {
      expect([...pruneLowest(Float32Array.from(scores), k)]).toEqual(referenceMask(scores, k));
    }),
    { numRuns: 1000 },
  );
});

// Every digit of the keys decides for some: many scores that differ in their last bits alone, beside the special ones.
test.each([1, 500, 2_500, 5_000, 9_500, 9_999])("prunes %i of 10000 that are close together", (k) => {
  const specials = [-0, 0, Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, -1e-45, 1e-45];
  const bits = Int32Array.from({ length: 10_000 }, (_, i) => 0x3f800000 + ((i * 7919) % 4093));
  const scores = new Float32Array(bits.buffer).map((score, i) => {
    if (i % 50 === 0) return specials[(i / 50) % specials.length] as number;
    return i % 3 === 0 ? -score : score;
  });
  expect([...pruneLowest(scores, k)]).toEqual(referenceMask([...scores], k));
});

test("leaves the scores as they are", () => {
  const scores = Float32Array.of(3, 1, 2);
  pruneLowest(scores, 2);
  expect([...scores]).toEqual([3, 1, 2]);
});

test("0 and -0 are equal", () => {
  expect([...pruneLowest(Float32Array.of(0, -0, 0), 1)]).toEqual([0, 1, 1]);
});

test("NaN counts as the highest, also with its sign set", () => {
  const scores = Float32Array.of(Number.POSITIVE_INFINITY, 0, Number.NEGATIVE_INFINITY);
  new Uint32Array(scores.buffer)[1] = 0xffc00000;
  expect([...pruneLowest(scores, 2)]).toEqual([0, 1, 0]);
});

test.each([-1, 4, 1.5, Number.NaN])("cannot prune %f of 3", (k) => {
  expect(() => pruneLowest(new Float32Array(3), k)).toThrow(RangeError);
});

describe("countLowest", () => {
  const pools = fc.array(fc.array(score, { maxLength: 15 }), { minLength: 1, maxLength: 5 });
  const poolsAndCount = pools.chain((tensors) =>
    fc.record({ tensors: fc.constant(tensors), k: fc.nat(tensors.flat().length) }),
  );

  test("counts, tensor by tensor, what pruning all scores in one row prunes", () => {
    fc.assert(
      fc.property(poolsAndCount, ({ tensors, k }) => {
        const pooled = [...pruneLowest(Float32Array.from(tensors.flat()), k)];
        const counts = countLowest(
          tensors.map((tensor) => Float32Array.from(tensor)),
          k,
        );
        expect(counts).toEqual(
          tensors.map(({ length }) => pooled.splice(0, length).filter((kept) => kept === 0).length),
        );
      }),
      { numRuns: 500 },
    );
  });

  test("pruning so many of each prunes the lowest of all", () => {
    fc.assert(
      fc.property(poolsAndCount, ({ tensors, k }) => {
        const typed = tensors.map((tensor) => Float32Array.from(tensor));
        const counts = countLowest(typed, k);
        const masks = typed.map((scores, i) => [...pruneLowest(scores, counts[i] ?? -1)]);
        expect(masks.flat()).toEqual(referenceMask(tensors.flat(), k));
      }),
      { numRuns: 500 },
    );
  });

  test("by hand: of equal scores those of the first tensors", () => {
    const tensors = [Float32Array.of(2, 1), Float32Array.of(1, 1, 0)];
    expect([0, 1, 2, 3, 4, 5].map((k) => countLowest(tensors, k))).toEqual([
      [0, 0],
      [0, 1],
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
  });

  test.each([-1, 6, 0.5])("cannot prune %f of 5", (k) => {
    const count = () => countLowest([new Float32Array(2), new Float32Array(3)], k);
    expect(count).toThrow(new RangeError(`cannot prune ${k} of 5 values`));
  });
});
