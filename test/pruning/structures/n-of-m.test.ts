import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PruneLabError } from "../../../src/foundations/errors.ts";
import { pruneMasks } from "../../../src/pruning/prune.ts";
import { nOfM } from "../../../src/pruning/structures/n-of-m.ts";
import { roundHalfToEven } from "../../../src/pruning/top-k.ts";
import { chosen, networks, tensorSpec } from "../fixtures.ts";

const select = (scores: readonly number[], count: number, shape: readonly number[], m = 4) =>
  nOfM.select?.(Float32Array.from(scores), count, tensorSpec("fc1.weight", shape), { m })?.join("");

describe("of a row", () => {
  test("2 of every 4 go, whatever the others score; of equal scores the first", () => {
    expect(select([8, 7, 6, 5, 1, 2, 3, 4], 4, [1, 8])).toBe("11000011");
    expect(select([1, 1, 1, 1, 0, 9, 0, 9], 4, [2, 4])).toBe("00110101");
  });

  test("1:4 keeps the highest", () => {
    expect(select([8, 7, 6, 5, 1, 2, 3, 4], 6, [1, 8])).toBe("10000001");
  });

  test("NaN is kept", () => {
    expect(select([Number.NaN, 9, Number.POSITIVE_INFINITY, 1], 3, [1, 4])).toBe("1000");
  });
});

test("a convolution's channels come first: 2 channels at 2 positions are one group", () => {
  // Channel 0 at the positions 0 to 3, then channel 1; as a row of 8 inputs it would be another mask.
  expect(select([1, 2, 3, 4, 9, 9, 9, 9], 4, [1, 2, 2, 2])).toBe("00001111");
  expect(select([1, 2, 3, 4, 9, 9, 9, 9], 4, [1, 8])).toBe("00110011");
});

describe("inputs that are no multiple of m", () => {
  test("the last ones of each row are a group of their own and lose their share", () => {
    // 6 inputs: of the last 2 of each row goes one at half.
    expect(select([1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1], 6, [2, 6])).toBe("001101110010");
  });

  test("a share that does not divide goes where the scores are lowest", () => {
    // 5 inputs: of the two last values goes one, the 1.
    expect(select([9, 8, 7, 6, 5, 9, 8, 7, 6, 1], 5, [2, 5])).toBe("1100111000");
  });

  test("a row that is shorter than m is one such group", () => {
    expect(select([3, 2, 1, 1, 2, 3], 3, [2, 3])).toBe("100011");
  });
});

test("between two patterns those groups lose one more whose next weight is lowest", () => {
  expect(select([1, 5, 6, 7, 2, 3, 6, 7], 3, [1, 8])).toBe("01110011");
  expect(select([1, 5, 6, 7, 8, 9, 2, 3], 1, [1, 8])).toBe("01111111");
});

test("the values of a bias are compared with each other", () => {
  expect(select([3, 1, 2, 4], 2, [4])).toBe("1001");
});

/** The values of each group of m in a row, with zeros behind the row; channels first. */
function groupsOf(mask: Uint8Array, [rows = 1, channels = 1, ...kernel]: readonly number[], m: number) {
  const positions = kernel.reduce((product, extent) => product * extent, 1);
  const columns = channels * positions;
  return Array.from({ length: rows }, (_, row) => {
    const ordered = Array.from({ length: positions }, (_, position) =>
      Array.from({ length: channels }, (_, c) => mask[row * columns + c * positions + position] ?? 0),
    ).flat();
    return Array.from({ length: Math.ceil(columns / m) }, (_, i) => ordered.slice(i * m, (i + 1) * m));
  }).flat();
}

test("at any pattern's sparsity every layer of any size keeps n of m, and its exact budget, in rounds too", () => {
  const patterns = fc
    .integer({ min: 2, max: 9 })
    .chain((m) => fc.record({ m: fc.constant(m), n: fc.integer({ min: 1, max: m - 1 }) }));
  const scores = fc.infiniteStream(fc.integer({ min: 0, max: 5 }));
  fc.assert(
    fc.property(networks, patterns, scores, fc.boolean(), (tensors, { n, m }, stream, inRounds) => {
      const method = {
        allocation: chosen("allocation", "uniform"),
        structure: chosen("structure", { name: "n-of-m", ...{ n, m } }),
      };
      const drawn = () =>
        new Map(tensors.map(({ name, size }) => [name, Float32Array.from([...stream.take(size)])]));
      const sparsity = (m - n) / m;
      const previous = inRounds
        ? pruneMasks({ tensors, scores: drawn(), method, sparsity: 0.6 * sparsity })
        : undefined;
      const masks = pruneMasks({ tensors, scores: drawn(), method, sparsity, previous });
      for (const { name, shape, size } of tensors) {
        const mask = masks.get(name) ?? new Uint8Array();
        expect(mask.filter((keep) => keep === 0)).toHaveLength(roundHalfToEven(sparsity * size));
        if (shape.length === 1) continue;
        for (const group of groupsOf(mask, shape, m)) {
          const kept = group.filter((keep) => keep === 1).length;
          expect(kept).toBeLessThanOrEqual(n);
          if (group.length === m) expect(kept).toBe(n);
        }
      }
    }),
  );
});

describe("sparsities", () => {
  test("are the pattern's own, or all multiples of 1/m", () => {
    expect(nOfM.sparsities?.({ n: 2, m: 4 })).toEqual([0, 0.5]);
    expect(nOfM.sparsities?.({ n: 1, m: 4 })).toEqual([0, 0.75]);
    expect(nOfM.sparsities?.({ m: 4 })).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  test("a pattern that keeps all or more is refused", () => {
    const sparsities = () => nOfM.sparsities?.({ n: 4, m: 4 });
    expect(sparsities).toThrow(PruneLabError);
    expect(sparsities).toThrow(
      "The structure n-of-m keeps n of every m weights, and n: 4 is not below m: 4.",
    );
  });
});
