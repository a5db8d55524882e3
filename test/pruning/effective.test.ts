import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/foundations/random.ts";
import { buildNetwork, modelSchema } from "../../src/models/registry.ts";
import type { Masks } from "../../src/network/mask.ts";
import { parameterSpecs } from "../../src/network/parameters.ts";
import type { NetworkSpec } from "../../src/network/specification.ts";
import { allocations } from "../../src/pruning/allocations/registry.ts";
import { pruneToEffective } from "../../src/pruning/effective.ts";
import { measureNetwork } from "../../src/pruning/measure.ts";
import { pruneMasks } from "../../src/pruning/prune.ts";
import { structures } from "../../src/pruning/structures/registry.ts";
import { roundHalfToEven } from "../../src/pruning/top-k.ts";
import { chosen } from "./fixtures.ts";

const dense = (name: string, inputs: number, outputs: number) =>
  ({ kind: "dense", name, inputs, outputs }) as const;

describe("by hand, a network of 2-2-1", () => {
  const spec: NetworkSpec = {
    inputShape: [2],
    layers: [dense("fc1", 2, 2), dense("fc2", 2, 1)],
    loss: "mean-squared-error",
  };
  const tensors = parameterSpecs(spec).filter(({ role }) => role === "weight");
  const method = { allocation: chosen("allocation", "global"), structure: chosen("structure", "weight") };
  // The weight of the second hidden unit goes first: it takes two more with it.
  const scores = new Map([
    ["fc1.weight", Float32Array.of(3, 4, 5, 6)],
    ["fc2.weight", Float32Array.of(2, 1)],
  ]);
  const at = (sparsity: number, previous?: Masks) =>
    Object.fromEntries(
      [...pruneToEffective({ spec, tensors, scores, method, sparsity, previous })].map(([name, mask]) => [
        name,
        mask.join(""),
      ]),
    );

  test("a weight goes where all that it cuts off still fits", () => {
    // One weight pruned is 3 of 6 that do nothing.
    expect(at(2 / 6)).toEqual({ "fc1.weight": "1111", "fc2.weight": "11" });
    expect(at(3 / 6)).toEqual({ "fc1.weight": "1111", "fc2.weight": "10" });
    // A second one is all of them.
    expect(at(5 / 6)).toEqual({ "fc1.weight": "1111", "fc2.weight": "10" });
    expect(at(1)).toEqual({ "fc1.weight": "0000", "fc2.weight": "00" });
  });

  test("nothing comes back where less would fit", () => {
    const previous = new Map([
      ["fc1.weight", Uint8Array.of(1, 1, 1, 1)],
      ["fc2.weight", Uint8Array.of(1, 0)],
    ]);
    expect(at(2 / 6, previous)).toEqual({ "fc1.weight": "1111", "fc2.weight": "10" });
  });
});

const networks: readonly (readonly [string, NetworkSpec])[] = [
  [
    "mlp",
    {
      inputShape: [6],
      layers: [
        dense("fc1", 6, 7),
        { kind: "activation", activation: "relu" },
        dense("fc2", 7, 5),
        dense("fc3", 5, 3),
      ],
      loss: "softmax-cross-entropy",
    },
  ],
  ["cnn", smallCnn()],
];

function smallCnn(): NetworkSpec {
  const layers = [{ conv: 3, kernel: 3 }, { pool: 2 }, { dense: 5 }];
  return buildNetwork(modelSchema().parse({ name: "cnn", layers }), [1, 8, 8], 3, "softmax-cross-entropy");
}

// Those of units in several tensors are of transformers, which have no paths to follow.
const single = structures.list().filter(({ group }) => group === undefined);
const exact = allocations.list().filter((allocation) => allocation.exact === "in total");
const cases = networks.flatMap(([network, spec]) =>
  exact.flatMap(({ name: allocation }) =>
    single.map(({ name: structure }) => ({ network, spec, allocation, structure })),
  ),
);

test.each(cases)(
  "$network, $allocation, $structure: at most the target, and one more would be too many",
  ({ spec, allocation, structure }) => {
    const tensors = parameterSpecs(spec).filter(({ role }) => role === "weight");
    const method = {
      allocation: chosen("allocation", allocation),
      structure: chosen("structure", structure),
    };
    /** Units of the tensors, all or those of which no value is kept. */
    const countUnits = (masks?: Masks) =>
      tensors.reduce((sum, tensor) => {
        const { count, of } = structures.named(structure).units(tensor, method.structure) ?? {
          count: tensor.size,
          of: Int32Array.from({ length: tensor.size }, (_, i) => i),
        };
        const kept = new Set(of.filter((_, i) => masks?.get(tensor.name)?.[i] === 1));
        return sum + count - kept.size;
      }, 0);
    const units = countUnits();
    const size = tensors.reduce((sum, tensor) => sum + tensor.size, 0);
    const deadAt = (masks: Masks) =>
      Math.round((measureNetwork(spec, masks, tensors).effectiveSparsity ?? Number.NaN) * size);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (seed, sparsity) => {
          const scores = new Map(
            tensors.map(({ name, size: length }) => {
              const stream = randomStream(seed, "scores", name);
              return [name, Float32Array.from({ length }, () => stream.uniform())] as const;
            }),
          );
          const request = { tensors, scores, method, sparsity };
          const effective = pruneToEffective({ ...request, spec });
          const direct = pruneMasks(request);
          const none = pruneMasks({ ...request, sparsity: 0 });
          const most = roundHalfToEven(sparsity * size);
          if (deadAt(none) > most) {
            // Kernels at the border meet nothing but padding: the dense network has more dead weights than that.
            expect(effective).toEqual(none);
          } else if (deadAt(direct) <= most) {
            expect(effective).toEqual(direct);
          } else {
            expect(deadAt(effective)).toBeLessThanOrEqual(most);
            const masksOf = (budget: number) => pruneMasks({ ...request, sparsity: budget / units });
            const taken = countUnits(effective);
            expect(masksOf(taken)).toEqual(effective);
            expect(deadAt(masksOf(taken + 1))).toBeGreaterThan(most);
          }
        },
      ),
      { numRuns: 10 },
    );
  },
);
