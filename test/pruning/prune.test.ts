import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PruneLabError } from "../../src/foundations/errors.ts";
import { countKept, type Masks } from "../../src/network/mask.ts";
import type { ParameterSpec } from "../../src/network/parameters.ts";
import { allocations } from "../../src/pruning/allocations/registry.ts";
import { criteria } from "../../src/pruning/criteria/registry.ts";
import { pruneMasks } from "../../src/pruning/prune.ts";
import { roundHalfToEven } from "../../src/pruning/top-k.ts";

/** Tensors fc1.weight, fc2.weight, ... of these values, one row each. */
function network(...tensors: readonly (readonly number[])[]) {
  const values = tensors.map((tensor, i) => [`fc${i + 1}`, Float32Array.from(tensor)] as const);
  return {
    parameters: new Map(values.map(([layer, tensor]) => [`${layer}.weight`, tensor])),
    tensors: values.map(
      ([layer, { length }]): ParameterSpec => ({
        name: `${layer}.weight`,
        layer,
        role: "weight",
        shape: [1, length],
        size: length,
      }),
    ),
  };
}

const pruned = (mask: Uint8Array | undefined) => (mask === undefined ? -1 : mask.length - countKept(mask));
const bits = (masks: Masks) => [...masks.values()].map((mask) => mask.join(""));

// Few distinct values, so that ties abound; some tensors are all equal.
const weight = fc.oneof(fc.constantFrom(-1, -0, 0, 0.5, 1), fc.float({ noNaN: true }));
const tensor = fc.oneof(
  fc.array(weight, { minLength: 1, maxLength: 50 }),
  fc
    .record({ value: weight, length: fc.integer({ min: 1, max: 50 }) })
    .map(({ value, length }) => Array(length).fill(value)),
);
const networks = fc.array(tensor, { minLength: 1, maxLength: 4 }).map((tensors) => network(...tensors));
const sparsities = fc.oneof(
  fc.constantFrom(0, 0.1, 0.25, 0.5, 0.9, 1),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
const seeds = fc.nat(1000);

describe.each(
  criteria.flatMap((criterion) =>
    allocations.map((allocation) => ({ criterion: criterion.name, allocation: allocation.name })),
  ),
)("$criterion x $allocation", (method) => {
  const budgetsHold = (net: ReturnType<typeof network>, masks: Masks, sparsity: number) => {
    const total = net.tensors.reduce((sum, { size }) => sum + size, 0);
    const gone = net.tensors.map(({ name }) => pruned(masks.get(name)));
    if (method.allocation === "uniform") {
      expect(gone).toEqual(net.tensors.map(({ size }) => roundHalfToEven(sparsity * size)));
    } else {
      expect(gone.reduce((sum, count) => sum + count, 0)).toBe(roundHalfToEven(sparsity * total));
    }
  };

  test("prunes exactly the budget", () => {
    fc.assert(
      fc.property(networks, sparsities, seeds, (net, sparsity, seed) => {
        budgetsHold(net, pruneMasks({ ...net, method, sparsity, seed }), sparsity);
      }),
    );
  });

  test("prunes nothing at 0, everything at 1, in masks of 0 and 1 for every tensor", () => {
    fc.assert(
      fc.property(networks, seeds, (net, seed) => {
        const at = (sparsity: number) => pruneMasks({ ...net, method, sparsity, seed });
        for (const { name, size } of net.tensors) {
          expect(at(0).get(name)).toEqual(new Uint8Array(size).fill(1));
          expect(at(1).get(name)).toEqual(new Uint8Array(size));
        }
      }),
    );
  });

  test("what a lower sparsity prunes, a higher one prunes too", () => {
    fc.assert(
      fc.property(networks, sparsities, sparsities, seeds, (net, a, b, seed) => {
        const lower = pruneMasks({ ...net, method, sparsity: Math.min(a, b), seed });
        const higher = pruneMasks({ ...net, method, sparsity: Math.max(a, b), seed });
        for (const [name, mask] of higher) {
          expect(mask.every((kept, i) => kept <= (lower.get(name)?.[i] ?? -1))).toBe(true);
        }
      }),
    );
  });

  test("targets are cumulative: what went before counts and stays pruned", () => {
    fc.assert(
      fc.property(networks, sparsities, sparsities, seeds, seeds, (net, a, b, seed, otherSeed) => {
        const [first, target] = [Math.min(a, b), Math.max(a, b)];
        const previous = pruneMasks({ ...net, method, sparsity: first, seed: otherSeed });
        const masks = pruneMasks({ ...net, method, sparsity: target, seed, previous });
        budgetsHold(net, masks, target);
        for (const [name, before] of previous) {
          expect(before.every((kept, i) => kept === 1 || masks.get(name)?.[i] === 0)).toBe(true);
        }
      }),
    );
  });

  test("the same request gives the same masks", () => {
    const net = network([3, 1, 2, 1], [1, 1, 1, 1, 1]);
    const request = { ...net, method, sparsity: 0.4, seed: 7 };
    expect(pruneMasks(request)).toEqual(pruneMasks(request));
  });

  test("never changes the weights", () => {
    const net = network([3, -1, 2], [-0.5, 4]);
    pruneMasks({ ...net, method, sparsity: 0.5, seed: 0 });
    expect(net.parameters).toEqual(network([3, -1, 2], [-0.5, 4]).parameters);
  });
});

describe("magnitude agrees with torch.nn.utils.prune", () => {
  const method = (allocation: "uniform" | "global") => ({ criterion: "magnitude", allocation }) as const;

  // l1_unstructured(module, "weight", amount): 0.1 x 5 = .5 -> 0, 1.5 -> 2, 2.5 -> 2, 3.5 -> 4, 4.5 -> 4.
  test.each([
    [0.1, "11111"],
    [0.3, "10110"],
    [0.5, "10110"],
    [0.7, "00100"],
    [0.9, "00100"],
  ])("l1_unstructured at %f", (sparsity, expected) => {
    const net = network([0.3, -0.1, 0.7, -0.5, 0.2]);
    expect(bits(pruneMasks({ ...net, method: method("uniform"), sparsity, seed: 0 }))).toEqual([expected]);
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
    const net = network([0.9, -0.8, 0.05, 0.7, -0.6, 0.5], [0.04, -0.3, 0.2, -0.1]);
    const masks = pruneMasks({ ...net, method: method("global"), sparsity, seed: 0 });
    expect(bits(masks)).toEqual([first, second]);
  });
});

test("of equal magnitudes the lower flat index goes first, through all tensors in layer order", () => {
  const net = network([1, -1, 1], [-1, 1]);
  const at = (allocation: "uniform" | "global") =>
    bits(pruneMasks({ ...net, method: { criterion: "magnitude", allocation }, sparsity: 0.5, seed: 0 }));
  expect(at("global")).toEqual(["001", "11"]);
  expect(at("uniform")).toEqual(["001", "01"]);
});

test("a weight that is not a number is kept to the last", () => {
  const net = network([Number.NaN, 5, Number.POSITIVE_INFINITY]);
  const method = { criterion: "magnitude", allocation: "uniform" } as const;
  expect(bits(pruneMasks({ ...net, method, sparsity: 0.67, seed: 0 }))).toEqual(["100"]);
});

describe("random", () => {
  const net = network(Array(200).fill(1), Array(100).fill(1));
  const masksOf = (allocation: "uniform" | "global", seed: number) =>
    pruneMasks({ ...net, method: { criterion: "random", allocation }, sparsity: 0.5, seed });

  test("does not look at the weights", () => {
    const other = network(
      Array.from({ length: 200 }, (_, i) => i),
      Array.from({ length: 100 }, (_, i) => -i),
    );
    const method = { criterion: "random", allocation: "global" } as const;
    expect(pruneMasks({ ...other, method, sparsity: 0.5, seed: 1 })).toEqual(masksOf("global", 1));
  });

  test("another seed prunes others, and another tensor of the same seed too", () => {
    expect(masksOf("uniform", 1)).not.toEqual(masksOf("uniform", 2));
    const [first, second] = bits(masksOf("uniform", 1));
    expect(first?.slice(0, 100)).not.toEqual(second);
  });

  test("prunes the same fraction of each part of a tensor, by and large", () => {
    const large = network(Array(20_000).fill(1));
    const method = { criterion: "random", allocation: "global" } as const;
    const mask = pruneMasks({ ...large, method, sparsity: 0.9, seed: 0 }).get("fc1.weight");
    // 500 of the first 5,000 are expected, with a standard deviation below 22.
    expect(Math.abs(countKept(mask?.slice(0, 5000) ?? new Uint8Array()) - 500)).toBeLessThan(100);
  });
});

describe("with previous masks", () => {
  const method = { criterion: "magnitude", allocation: "uniform" } as const;
  const net = network([1, 2, 3, 4], [1, 2, 3, 4]);

  test("a target that would bring weights back is an error that names the tensor", () => {
    const previous = new Map([["fc2.weight", Uint8Array.of(1, 0, 0, 0)]]);
    const prune = () => pruneMasks({ ...net, method, sparsity: 0.5, seed: 0, previous });
    expect(prune).toThrow(PruneLabError);
    expect(prune).toThrow("3 of 4 values of fc2.weight are pruned already");
  });

  test("masks of tensors that are not pruned now are handed on", () => {
    const previous = new Map([["fc9.weight", Uint8Array.of(0, 1)]]);
    const masks = pruneMasks({ ...net, method, sparsity: 0.5, seed: 0, previous });
    expect(Object.fromEntries([...masks].map(([name, mask]) => [name, mask.join("")]))).toEqual({
      "fc9.weight": "01",
      "fc1.weight": "0011",
      "fc2.weight": "0011",
    });
  });
});

test.each([-0.1, 1.1, 90, Number.NaN])("%f is no sparsity", (sparsity) => {
  const method = { criterion: "magnitude", allocation: "uniform" } as const;
  expect(() => pruneMasks({ ...network([1, 2]), method, sparsity, seed: 0 })).toThrow(RangeError);
});
