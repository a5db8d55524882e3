import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { inputError, PruneLabError } from "../../src/foundations/errors.ts";
import { countKept, type Masks } from "../../src/network/mask.ts";
import type { ParameterSpec } from "../../src/network/parameters.ts";
import { sizeOf } from "../../src/network/shapes.ts";
import { defineAllocation } from "../../src/pruning/allocation.ts";
import { allocations } from "../../src/pruning/allocations/registry.ts";
import type { Scores } from "../../src/pruning/criterion.ts";
import type { Chosen } from "../../src/pruning/method.ts";
import { pruneMasks } from "../../src/pruning/prune.ts";
import { defineStructure } from "../../src/pruning/structure.ts";
import { structures } from "../../src/pruning/structures/registry.ts";
import { pruneLowest, roundHalfToEven } from "../../src/pruning/top-k.ts";
import { chosen, networksWith, tensorSpec, valuesFor } from "./fixtures.ts";

const combinations = allocations
  .list()
  .flatMap((allocation) =>
    structures.list().map(({ name: structure }) => ({
      allocation: allocation.name,
      structure,
      exact: allocation.exact,
      selects: structures.named(structure).select !== undefined,
      method: {
        allocation: chosen("allocation", allocation.name),
        structure: chosen("structure", structure),
      },
    })),
  )
  // The plan refuses coins for weights of which others decide whether they go.
  .filter(({ exact, selects }) => !(exact === "in expectation" && selects));

// Few distinct scores, so that ties abound; and every special one.
const score = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(-1, -0, 0, 1, 2) },
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.float(),
);
const draw = fc.float({ min: 0, max: 1, noNaN: true });
const scoredBy = (structure: string, value: fc.Arbitrary<number>) =>
  networksWith(structure).chain((tensors) =>
    fc.record({
      tensors: fc.constant(tensors),
      scores: valuesFor(tensors, value),
      others: valuesFor(tensors, value),
    }),
  );
const sparsities = fc.oneof(
  fc.constantFrom(0, 0.1, 0.25, 0.5, 0.9, 1),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

/** A value of a tensor, by its name and its flat index. */
type Member = readonly [string, number];

/** The values of each unit, by tensor or by what several tensors have in common. */
function unitsOf(tensors: readonly ParameterSpec[], chosenStructure: Chosen): Member[][][] {
  const structure = structures.named(chosenStructure.name);
  const groups = new Map<string, Member[][]>();
  for (const tensor of tensors) {
    const { name, size } = tensor;
    if (structure.group !== undefined && structure.group(tensor) === undefined) continue;
    const units = structure.units(tensor, chosenStructure);
    const key = structure.group?.(tensor) ?? name;
    const members = groups.get(key) ?? Array.from({ length: units?.count ?? size }, (): Member[] => []);
    for (let i = 0; i < size; i++) members[units?.of[i] ?? i]?.push([name, i]);
    groups.set(key, members);
  }
  return [...groups.values()];
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const bits = (masks: Masks) => Object.fromEntries([...masks].map(([name, mask]) => [name, mask.join("")]));

describe.each(combinations)("$allocation x $structure", ({ method, exact, selects }) => {
  /** Draws, where the counts are read off them: they are the same at every sparsity. */
  const drawn = exact === "in expectation";
  const scored = scoredBy(method.structure.name, drawn ? draw : score);

  /** A structure that selects may refuse a count, as the user's mistake; no other refuses any. */
  const prune = (request: Omit<Parameters<typeof pruneMasks>[0], "method">): Masks => {
    try {
      return pruneMasks({ ...request, method });
    } catch (error) {
      fc.pre(!(selects && error instanceof PruneLabError && error.kind === "input"));
      throw error;
    }
  };

  /** The tensors that have units. */
  const pruned = (tensors: readonly ParameterSpec[]) => {
    const names = new Set(
      unitsOf(tensors, method.structure)
        .flat(2)
        .map(([name]) => name),
    );
    return tensors.filter(({ name }) => names.has(name));
  };

  /** By tensor, or tensors whose units go together: whether each is kept. Fails where a unit is kept in part. */
  const keptUnits = (tensors: readonly ParameterSpec[], masks: Masks) => {
    expect([...masks].map(([name, { length }]) => [name, length]).toSorted()).toEqual(
      pruned(tensors)
        .map(({ name, size }) => [name, size])
        .toSorted(),
    );
    const found = unitsOf(tensors, method.structure).map((units) =>
      units.map((members) => [...new Set(members.map(([name, i]) => masks.get(name)?.[i]))].join(" and ")),
    );
    expect(found.flat().filter((unit) => unit !== "0" && unit !== "1")).toEqual([]);
    return found.map((units) => units.map((unit) => unit === "1"));
  };

  const expectBudget = (
    { tensors, scores }: { readonly tensors: readonly ParameterSpec[]; readonly scores: Scores },
    masks: Masks,
    sparsity: number,
  ) => {
    const units = keptUnits(tensors, masks);
    const gone = units.map((kept) => kept.filter((keep) => !keep).length);
    const sizes = units.map(({ length }) => length);
    if (drawn) {
      const below = unitsOf(tensors, method.structure).map((units) =>
        units.filter((members) => sparsity === 1 || worthOf(members, scores) < sparsity),
      );
      expect(gone).toEqual(below.map(({ length }) => length));
    } else if (exact === "in total") expect(sum(gone)).toBe(roundHalfToEven(sparsity * sum(sizes)));
    else expect(gone).toEqual(sizes.map((size) => roundHalfToEven(sparsity * size)));
  };

  test("prunes exactly the budget, in whole units", () => {
    fc.assert(
      fc.property(scored, sparsities, ({ tensors, scores }, sparsity) => {
        expectBudget({ tensors, scores }, prune({ tensors, scores, sparsity }), sparsity);
      }),
    );
  });

  test.skipIf(selects)(
    "of each tensor, or tensors whose units go together, those with the lowest sums go, of equals the first, NaN last",
    () => {
      fc.assert(
        fc.property(scored, sparsities, ({ tensors, scores }, sparsity) => {
          const kept = keptUnits(tensors, prune({ tensors, scores, sparsity }));
          for (const [t, units] of unitsOf(tensors, method.structure).entries()) {
            const worth = units.map((members) => worthOf(members, scores));
            const order = worth.map((_, i) => i).sort((i, j) => compare(worth[i], worth[j]) || i - j);
            const going = order.filter((i) => kept[t]?.[i] === false);
            expect(going).toEqual(order.slice(0, going.length));
          }
        }),
      );
    },
  );

  test("prunes nothing at 0", () => {
    fc.assert(
      fc.property(scored, ({ tensors, scores }) => {
        const none = pruneMasks({ tensors, scores, method, sparsity: 0 });
        for (const { name, size } of pruned(tensors)) {
          expect(none.get(name)).toEqual(new Uint8Array(size).fill(1));
        }
      }),
    );
  });

  test.skipIf(selects)("prunes everything at 1", () => {
    fc.assert(
      fc.property(scored, ({ tensors, scores }) => {
        const all = pruneMasks({ tensors, scores, method, sparsity: 1 });
        for (const { name, size } of pruned(tensors)) expect(all.get(name)).toEqual(new Uint8Array(size));
      }),
    );
  });

  test("what a lower sparsity prunes by the same scores, a higher one prunes too", () => {
    fc.assert(
      fc.property(scored, sparsities, sparsities, ({ tensors, scores }, a, b) => {
        const lower = prune({ tensors, scores, sparsity: Math.min(a, b) });
        const higher = prune({ tensors, scores, sparsity: Math.max(a, b) });
        expectStaysPruned(lower, higher);
      }),
    );
  });

  test("targets are cumulative: what went before, whatever the scores, counts and stays pruned", () => {
    fc.assert(
      fc.property(scored, sparsities, sparsities, ({ tensors, scores, others }, a, b) => {
        const [first, target] = [Math.min(a, b), Math.max(a, b)];
        const previous = prune({ tensors, scores: drawn ? scores : others, sparsity: first });
        const before = bits(previous);
        const masks = prune({ tensors, scores, sparsity: target, previous });
        expectBudget({ tensors, scores }, masks, target);
        expectStaysPruned(previous, masks);
        expect(bits(previous)).toEqual(before);
      }),
    );
  });

  test("the same request gives the same masks, and the scores stay as they are", () => {
    fc.assert(
      fc.property(scored, sparsities, ({ tensors, scores }, sparsity) => {
        const before = new Map([...scores].map(([name, values]) => [name, values.slice()]));
        const masks = prune({ tensors, scores, sparsity });
        expect(prune({ tensors, scores, sparsity })).toEqual(masks);
        expect(scores).toEqual(before);
      }),
    );
  });

  test.runIf(drawn)("what is pruned already stays pruned at a lower sparsity, whatever is drawn", () => {
    fc.assert(
      fc.property(scored, sparsities, sparsities, ({ tensors, scores, others }, a, b) => {
        const previous = prune({ tensors, scores: others, sparsity: Math.max(a, b) });
        expectStaysPruned(previous, prune({ tensors, scores, sparsity: Math.min(a, b), previous }));
      }),
    );
  });

  const coupled = structures.named(method.structure.name).group !== undefined;
  test.skipIf(selects || drawn || coupled)("refuses a sparsity below what is pruned already", () => {
    const tensors = [tensorSpec("fc1.weight", [4, 2])];
    const scores = new Map([["fc1.weight", Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8)]]);
    const previous = pruneMasks({ tensors, scores, method, sparsity: 1 });
    const prune = () => pruneMasks({ tensors, scores, method, sparsity: 0.5, previous });
    expect(prune).toThrow(PruneLabError);
    expect(prune).toThrow(
      /^A sparsity of 0\.5 would bring back weights: (8 of 8 values|(\d+) of \2 units) of fc1\.weight are pruned already\.$/,
    );
  });
});

/** A unit's score: the sum of its values', as a float32. */
function worthOf(members: readonly Member[], scores: Scores): number {
  return Math.fround(sum(members.map(([name, i]) => scores.get(name)?.[i] ?? Number.NaN)));
}

function compare(a = Number.NaN, b = Number.NaN): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

function expectStaysPruned(before: Masks, after: Masks): void {
  for (const [name, mask] of before) {
    expect(mask.every((kept, i) => kept === 1 || after.get(name)?.[i] === 0)).toBe(true);
  }
}

/** Tensors fc1.weight, fc2.weight, ... of these scores, one row each. */
function rows(...values: readonly (readonly number[])[]): { tensors: ParameterSpec[]; scores: Scores } {
  const tensors = values.map(({ length }, i) => tensorSpec(`fc${i + 1}.weight`, [1, length]));
  return {
    tensors,
    scores: new Map(tensors.map(({ name }, i) => [name, Float32Array.from(values[i] ?? [])])),
  };
}

const single = (allocation: string | Chosen, structure: string | Chosen = "weight") => ({
  allocation: chosen("allocation", allocation),
  structure: chosen("structure", structure),
});

describe("absolute weights as scores agree with torch.nn.utils.prune", () => {
  // l1_unstructured(module, "weight", amount): 0.1 x 5 = .5 -> 0, 1.5 -> 2, 2.5 -> 2, 3.5 -> 4, 4.5 -> 4.
  test.each([
    [0.1, "11111"],
    [0.3, "10110"],
    [0.5, "10110"],
    [0.7, "00100"],
    [0.9, "00100"],
  ])("l1_unstructured at %f", (sparsity, expected) => {
    const request = rows([0.3, 0.1, 0.7, 0.5, 0.2]);
    expect(bits(pruneMasks({ ...request, method: single("uniform"), sparsity }))).toEqual({
      "fc1.weight": expected,
    });
  });

  // global_unstructured([...], L1Unstructured, amount) over ten weights: 2.5 -> 2, 3.5 -> 4, 4.5 -> 4, 8.5 -> 8.
  test.each([
    [0.25, "110111", "0111"],
    [0.35, "110111", "0100"],
    [0.45, "110111", "0100"],
    [0.5, "110111", "0000"],
    [0.75, "110000", "0000"],
    [0.85, "110000", "0000"],
  ])("global_unstructured at %f", (sparsity, first, second) => {
    const request = rows([0.9, 0.8, 0.05, 0.7, 0.6, 0.5], [0.04, 0.3, 0.2, 0.1]);
    const masks = pruneMasks({ ...request, method: single("global"), sparsity });
    expect(bits(masks)).toEqual({ "fc1.weight": first, "fc2.weight": second });
  });
});

test("of equal scores the lower flat index goes first, through all tensors in layer order", () => {
  const request = rows([1, 1, 1], [1, 1]);
  const at = (allocation: string) =>
    bits(pruneMasks({ ...request, method: single(allocation), sparsity: 0.5 }));
  expect(at("global")).toEqual({ "fc1.weight": "001", "fc2.weight": "11" });
  expect(at("uniform")).toEqual({ "fc1.weight": "001", "fc2.weight": "01" });
});

test("a score that is not a number is kept to the last, a unit with one too", () => {
  const request = rows([Number.NaN, 5, Number.POSITIVE_INFINITY]);
  const masks = pruneMasks({ ...request, method: single("uniform"), sparsity: 0.67 });
  expect(bits(masks)).toEqual({ "fc1.weight": "100" });

  const tensors = [tensorSpec("fc1.weight", [2, 2])];
  const scores = new Map([["fc1.weight", Float32Array.of(0, Number.NaN, 8, 9)]]);
  const units = pruneMasks({ tensors, scores, method: single("uniform", "neuron"), sparsity: 0.5 });
  expect(bits(units)).toEqual({ "fc1.weight": "1100" });
});

test("masks of tensors that are not pruned now are handed on", () => {
  const previous = new Map([["fc9.weight", Uint8Array.of(0, 1)]]);
  const request = rows([1, 2, 3, 4]);
  const masks = pruneMasks({ ...request, method: single("uniform"), sparsity: 0.5, previous });
  expect(bits(masks)).toEqual({ "fc9.weight": "01", "fc1.weight": "0011" });
});

test("a global budget below what one tensor has lost already is refused by that tensor's name", () => {
  const previous = new Map([["fc2.weight", Uint8Array.of(1, 0, 0, 0)]]);
  const request = { ...rows([1, 2, 3, 4], [1, 2, 3, 4]), method: single("uniform"), previous };
  expect(() => pruneMasks({ ...request, sparsity: 0.5 })).toThrow(
    "A sparsity of 0.5 would bring back weights: 3 of 4 values of fc2.weight are pruned already.",
  );
});

describe("what cannot be computed is a RangeError", () => {
  const method = single("uniform");

  test.each([-0.1, 1.1, 90, Number.NaN])("%f is no sparsity", (sparsity) => {
    const prune = () => pruneMasks({ ...rows([1, 2]), method, sparsity });
    expect(prune).toThrow(RangeError);
    expect(prune).toThrow(`a sparsity is in 0..1, not ${sparsity}`);
  });

  test("a tensor without scores, or with too few", () => {
    const { tensors } = rows([1, 2, 3]);
    const prune = (scores: Scores) => () => pruneMasks({ tensors, scores, method, sparsity: 0.5 });
    expect(prune(new Map())).toThrow(new RangeError("fc1.weight has 3 values, and 0 scores"));
    expect(prune(new Map([["fc1.weight", Float32Array.of(1, 2)]]))).toThrow(
      new RangeError("fc1.weight has 3 values, and 2 scores"),
    );
  });
});

/** Each tensor loses its share of the budget, so far as it has units; the last takes what is left. */
const byShare = defineAllocation({
  name: "test-by-share",
  summary: "Shares of the budget.",
  options: z.strictObject({ shares: z.array(z.number().min(0)) }),
  exact: "in total",
  counts: ({ tensors, budget }, { shares }) => {
    let left = budget;
    return tensors.map(({ scores }, i) => {
      const share = i === tensors.length - 1 ? left : Math.round(budget * (shares[i] ?? 0));
      const count = Math.min(share, scores.length, left);
      left -= count;
      return count;
    });
  },
});

const overspent = defineAllocation({
  name: "test-overspent",
  summary: "One unit too many of each tensor.",
  options: z.strictObject({ exact: z.boolean().default(true) }),
  exact: "in each tensor",
  counts: ({ tensors, sparsity }) =>
    tensors.map(({ scores }) => roundHalfToEven(sparsity * scores.length) + 1),
});

/** n of every m values that follow one another in a row (Mishra et al. 2021 for 2:4). */
const nOfM = defineStructure({
  name: "test-n-of-m",
  summary: "n of every m.",
  options: z.strictObject({ n: z.int().min(1).default(2), m: z.int().min(2).default(4) }),
  units: () => undefined,
  select: (scores, count, { name }, { n, m }) => {
    const possible = (scores.length * n) / m;
    if (count !== 0 && scores.length % m !== 0)
      throw inputError(`${name} has ${scores.length} values, no multiple of ${m}.`);
    if (count !== 0 && count !== possible) {
      throw inputError(
        `${n}:${m} prunes ${possible} of the ${scores.length} values of ${name}, not ${count}.`,
      );
    }
    const mask = new Uint8Array(scores.length).fill(1);
    if (count === 0) return mask;
    for (let i = 0; i < mask.length; i += m) mask.set(pruneLowest(scores.subarray(i, i + m), n), i);
    return mask;
  },
});

const hoarder = defineStructure({
  name: "test-hoarder",
  summary: "Keeps everything.",
  options: z.strictObject({}),
  units: () => undefined,
  select: (scores) => new Uint8Array(scores.length).fill(1),
});

const forgetful = defineStructure({
  name: "test-forgetful",
  summary: "Prunes the first ones, whatever went before.",
  options: z.strictObject({}),
  units: () => undefined,
  select: (scores, count) => new Uint8Array(scores.length).fill(1).fill(0, 0, count),
});

const column = defineStructure({
  name: "test-column",
  summary: "All weights of an input.",
  options: z.strictObject({}),
  units: ({ shape: [rowCount = 1, ...rest] }) => {
    const count = sizeOf(rest);
    return { count, of: Int32Array.from({ length: rowCount * count }, (_, i) => i % count) };
  },
});

describe("members of a plugin", () => {
  for (const allocation of [byShare, overspent]) allocations.add(allocation, "test");
  for (const structure of [nOfM, hoarder, forgetful, column]) structures.add(structure, "test");
  const eight = rows([8, 7, 6, 5, 1, 2, 3, 4]);

  test("an allocation by shares: 0.5 x 8 = 4, a quarter of them in the first tensor", () => {
    const method = single({ name: "test-by-share", shares: [0.25] });
    const masks = pruneMasks({ ...rows([1, 2, 3], [5, 4, 3, 2, 1]), method, sparsity: 0.5 });
    expect(bits(masks)).toEqual({ "fc1.weight": "011", "fc2.weight": "11000" });
  });

  test("an allocation whose counts are not the budget is a RangeError", () => {
    const prune = () =>
      pruneMasks({ ...rows([1, 2, 3, 4], [1, 2]), method: single("test-overspent"), sparsity: 0.5 });
    expect(prune).toThrow(
      new RangeError("the allocation test-overspent prunes 3, 2 of 4, 2 units; the budget is 2, 1"),
    );
  });

  test("2:4 by a selection of its own: 2 of every 4 go, whatever the others score", () => {
    const method = single("uniform", "test-n-of-m");
    expect(bits(pruneMasks({ ...eight, method, sparsity: 0.5 }))).toEqual({ "fc1.weight": "11000011" });
    expect(bits(pruneMasks({ ...eight, method: single("uniform"), sparsity: 0.5 }))).toEqual({
      "fc1.weight": "11110000",
    });
    expect(() => pruneMasks({ ...eight, method, sparsity: 0.75 })).toThrow(
      "2:4 prunes 4 of the 8 values of fc1.weight, not 6.",
    );
  });

  test("1:2 by options, after what went before", () => {
    const method = single("uniform", { name: "test-n-of-m", n: 1, m: 2 });
    const previous = new Map([["fc1.weight", Uint8Array.of(0, 1, 1, 1, 1, 1, 1, 1)]]);
    expect(bits(pruneMasks({ ...eight, method, sparsity: 0.5, previous }))).toEqual({
      "fc1.weight": "01100101",
    });
  });

  test("units that lie apart go together", () => {
    const tensors = [tensorSpec("fc1.weight", [2, 3])];
    const scores = new Map([["fc1.weight", Float32Array.of(1, 5, 9, 9, 4, 2)]]);
    // The columns are worth 10, 9 and 11.
    const masks = pruneMasks({ tensors, scores, method: single("global", "test-column"), sparsity: 0.33 });
    expect(bits(masks)).toEqual({ "fc1.weight": "101101" });
  });

  test("a structure that keeps another count is a RangeError", () => {
    expect(() => pruneMasks({ ...eight, method: single("uniform", "test-hoarder"), sparsity: 0.5 })).toThrow(
      new RangeError("the structure test-hoarder keeps 8 of 8 units of fc1.weight, not 4"),
    );
  });

  test("a structure that brings back what is pruned is a RangeError", () => {
    const method = single("uniform", "test-forgetful");
    const previous = new Map([["fc1.weight", Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 0)]]);
    expect(() => pruneMasks({ ...eight, method, sparsity: 0.5, previous })).toThrow(
      new RangeError("the structure test-forgetful brings back units of fc1.weight"),
    );
  });
});

test("a mask keeps as many values as its units have", () => {
  const tensors = [tensorSpec("conv1.weight", [4, 1, 3, 3])];
  const scores = new Map([["conv1.weight", new Float32Array(36).fill(1)]]);
  const masks = pruneMasks({ tensors, scores, method: single("uniform", "neuron"), sparsity: 0.25 });
  expect(countKept(masks.get("conv1.weight") ?? new Uint8Array())).toBe(27);
});
