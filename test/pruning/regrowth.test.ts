import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/foundations/random.ts";
import { countKept, type Masks } from "../../src/network/mask.ts";
import { regrowMasks } from "../../src/pruning/regrowth.ts";
import { pruneLowest } from "../../src/pruning/top-k.ts";
import { networks, tensorSpec, valuesFor } from "./fixtures.ts";

const spreads = fc.constantFrom("own" as const, "by gradient" as const);
// Few distinct values, so that ties abound; and what stands for inputs that are always 0.
const weight = fc.oneof(fc.constantFrom(-1, 0, 0.5, 1), fc.float({ noNaN: true }));
const growthScore = fc.oneof(
  fc.constantFrom(0, 1, Number.NEGATIVE_INFINITY),
  fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }),
);

const updates = networks.chain((tensors) =>
  fc.record({
    tensors: fc.constant(tensors),
    weights: valuesFor(tensors, weight),
    growth: valuesFor(tensors, growthScore),
    masks: valuesFor(tensors, fc.constantFrom(0, 1)).map(
      (values): Masks => new Map([...values].map(([name, mask]) => [name, Uint8Array.from(mask)])),
    ),
    regrowth: fc.record({ drop: fc.double({ min: 0, max: 1, noNaN: true }), spread: spreads }),
  }),
);

const keptIn = (masks: Masks) => [...masks.values()].reduce((sum, mask) => sum + countKept(mask), 0);

describe("an update of the masks", () => {
  test("keeps as many values in all, and in each tensor with spread own", () => {
    fc.assert(
      fc.property(updates, (update) => {
        const after = regrowMasks(update);
        expect(keptIn(after)).toBe(keptIn(update.masks));
        for (const [name, mask] of update.masks) {
          const now = after.get(name) ?? new Uint8Array();
          expect(now).toHaveLength(mask.length);
          expect(now.every((kept) => kept === 0 || kept === 1)).toBe(true);
          if (update.regrowth.spread === "own") expect(countKept(now)).toBe(countKept(mask));
        }
      }),
    );
  });

  test("changes no more than it drops, and leaves the masks that it was given alone", () => {
    fc.assert(
      fc.property(updates, (update) => {
        const before = new Map([...update.masks].map(([name, mask]) => [name, mask.slice()]));
        const after = regrowMasks(update);
        expect(update.masks).toEqual(before);
        for (const [name, mask] of before) {
          const lost = mask.filter((kept, i) => kept === 1 && after.get(name)?.[i] === 0).length;
          expect(lost).toBeLessThanOrEqual(Math.floor(update.regrowth.drop * countKept(mask)));
        }
      }),
    );
  });
});

/** One tensor of eight values. */
const one = (mask: number[], weights: number[], growth: number[], drop: number) => {
  const masks = regrowMasks({
    tensors: [tensorSpec("fc1.weight", [2, 4])],
    masks: new Map([["fc1.weight", Uint8Array.from(mask)]]),
    weights: new Map([["fc1.weight", Float32Array.from(weights)]]),
    growth: new Map([["fc1.weight", Float32Array.from(growth)]]),
    regrowth: { drop, spread: "own" },
  });
  return masks.get("fc1.weight")?.join("");
};

test("the smallest magnitudes go, and the highest scores of what is missing grow", () => {
  // Half of 4: -.1 and .2 go; of the other six, 7 and 6 are the highest scores.
  expect(one([1, 1, 1, 1, 0, 0, 0, 0], [3, -0.1, 0.2, -4, 0, 0, 0, 0], [9, 1, 2, 9, 7, 5, 6, 0], 0.5)).toBe(
    "10011010",
  );
});

test("what was just dropped may grow again", () => {
  expect(one([1, 1, 0, 0, 0, 0, 0, 0], [3, 0.1, 0, 0, 0, 0, 0, 0], [0, 8, 1, 1, 1, 1, 1, 1], 0.5)).toBe(
    "11000000",
  );
});

test("a part of a weight is not dropped", () => {
  expect(one([1, 1, 1, 0, 0, 0, 0, 0], [3, 2, 1, 0, 0, 0, 0, 0], [0, 0, 0, 9, 9, 9, 9, 9], 0.3)).toBe(
    "11100000",
  );
});

test("what all tensors drop is shared out by the mean score of what each keeps, and no tensor overflows", () => {
  const tensors = [tensorSpec("fc1.weight", [2, 5]), tensorSpec("fc2.weight", [2, 3])];
  const shared = (first: number, second: number) => {
    const masks = regrowMasks({
      tensors,
      masks: new Map([
        ["fc1.weight", Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 0, 0, 0)],
        ["fc2.weight", Uint8Array.of(1, 1, 1, 1, 0, 0)],
      ]),
      weights: new Map([
        ["fc1.weight", Float32Array.of(1, 2, 3, 4, 0, 0, 0, 0, 0, 0)],
        ["fc2.weight", Float32Array.of(1, 2, 3, 4, 0, 0)],
      ]),
      growth: new Map([
        ["fc1.weight", new Float32Array(10).fill(first)],
        ["fc2.weight", new Float32Array(6).fill(second)],
      ]),
      regrowth: { drop: 0.5, spread: "by gradient" },
    });
    return [...masks.values()].map(countKept);
  };
  // Two of each go, four come back: 3 to 1.
  expect(shared(3, 1)).toEqual([5, 3]);
  // All four would go to the second, which misses four.
  expect(shared(0, 1)).toEqual([2, 6]);
  // Without any gradient all are alike.
  expect(shared(0, 0)).toEqual([4, 4]);
});

test("a tensor without a mask is refused", () => {
  expect(() =>
    regrowMasks({
      tensors: [tensorSpec("fc1.weight", [1, 1])],
      masks: new Map(),
      weights: new Map(),
      growth: new Map(),
      regrowth: { drop: 0.5, spread: "own" },
    }),
  ).toThrow("fc1.weight has no mask to change");
});

// So many values that those that grow are looked for among a few candidates, where these are enough.
describe("an update of a large tensor", () => {
  const stream = randomStream(0, "test growth");
  const size = 100_000;
  const mask = Uint8Array.from({ length: size }, () => Number(stream.below(20) === 0));
  const weights = Float32Array.from({ length: size }, () => stream.normal());
  const drop = 0.3;

  /** Sorted as a whole: the last of those that are equal grow. */
  function plainly(scores: Float32Array): Uint8Array {
    const kept = [...mask.keys()].filter((i) => mask[i] === 1);
    const magnitude = (i: number) => Math.abs(weights[i] as number);
    const bySize = kept.toSorted((a, b) => magnitude(a) - magnitude(b) || a - b);
    const dropped = Math.floor(drop * kept.length);
    const next = mask.slice();
    for (const i of bySize.slice(0, dropped)) next[i] = 0;
    const missing = [...next.keys()].filter((i) => next[i] === 0);
    const rank = (i: number) => (Number.isNaN(scores[i]) ? Number.POSITIVE_INFINITY : (scores[i] as number));
    const byScore = missing.toSorted((a, b) => (rank(a) === rank(b) ? a - b : rank(a) - rank(b)));
    for (const i of byScore.slice(missing.length - dropped)) next[i] = 1;
    return next;
  }

  test.each([
    ["all different", () => Math.abs(stream.normal())],
    ["of seven kinds", () => stream.below(7)],
    ["all equal", () => 1],
    [
      "mostly of inputs that are always 0",
      () => (stream.below(50) === 0 ? stream.uniform() : Number.NEGATIVE_INFINITY),
    ],
    [
      "high in a few places that no sample meets",
      (i: number) => (i % 251 === 1 ? 100 + stream.uniform() : 0),
    ],
  ])("by scores that are %s is that of a plain sort", (_kind, score) => {
    const scores = Float32Array.from({ length: size }, (_, i) => score(i));
    const update = {
      tensors: [tensorSpec("w", [size])],
      masks: new Map([["w", mask]]),
      weights: new Map([["w", weights]]),
      growth: new Map([["w", scores]]),
      regrowth: { drop, spread: "own" as const },
    };
    expect(regrowMasks(update).get("w")).toEqual(plainly(scores));
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("ranks scores of %f with what is kept", (special) => {
    const scores = Float32Array.from({ length: size }, (_, i) => (i % 100 === 0 ? special : i % 7));
    const update = {
      tensors: [tensorSpec("w", [size])],
      masks: new Map([["w", mask]]),
      weights: new Map([["w", weights]]),
      growth: new Map([["w", scores]]),
      regrowth: { drop: 0, spread: "own" as const },
    };
    const ranked = scores.map((score, i) => (mask[i] === 1 ? Number.POSITIVE_INFINITY : score));
    expect(regrowMasks(update).get("w")).toEqual(pruneLowest(ranked, size - countKept(mask)));
    // They stay as they are.
    expect(scores[100]).toBe(special);
  });
});
