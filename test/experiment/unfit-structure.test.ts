import { expect, test } from "vitest";
import { refuseOtherPatterns } from "../../src/experiment/unfit-structure.ts";
import { PruneLabError } from "../../src/foundations/errors.ts";
import type { Method } from "../../src/pruning/method.ts";
import { chosen } from "../pruning/fixtures.ts";
import { tinySettings } from "../support/tiny-settings.ts";

const method = (pattern: object, allocation = "uniform"): Method => ({
  name: "mine",
  summary: "Mine.",
  criterion: { name: "magnitude" },
  allocation: chosen("allocation", allocation),
  structure: chosen("structure", { name: "n-of-m", ...pattern }),
  schedule: { name: "one-shot" },
});

test.each<[string, object, readonly number[]]>([
  ["2:4 at a half, and the dense control", { n: 2, m: 4 }, [0, 0.5]],
  ["any n of 4", {}, [0, 0.25, 0.5, 0.75, 1]],
  ["a sparsity that prunes as many weights as the pattern's", { n: 1, m: 3 }, [0.6667]],
])("is taken: %s", (_what, pattern, sparsities) => {
  refuseOtherPatterns(method(pattern), sparsities, tinySettings);
});

test.each<[string, Method, readonly number[], string]>([
  [
    "a sparsity that is not the pattern's",
    method({ n: 2, m: 4 }),
    [0, 0.5, 0.9],
    "The method mine cannot prune to 0.9: n-of-m(n=2 m=4) has the sparsities 0, 0.5.",
  ],
  [
    "a sparsity between two patterns",
    method({}),
    [0.9],
    "The method mine cannot prune to 0.9: n-of-m(m=4) has the sparsities 0, 0.25, 0.5, 0.75, 1.",
  ],
  [
    "one of many",
    method({ m: 16 }),
    [0.9],
    "The method mine cannot prune to 0.9: n-of-m(m=16) has the sparsities 0, 0.0625, 0.125, ..., 1.",
  ],
  [
    "layers of different sparsities",
    method({ n: 2, m: 4 }, "global"),
    [0.5],
    "The method mine spreads its budget by global, and n-of-m gives every layer the same sparsity.",
  ],
  [
    "a pattern that keeps all",
    method({ n: 4, m: 4 }),
    [0],
    "The structure n-of-m keeps n of every m weights, and n: 4 is not below m: 4.",
  ],
])("is refused: %s", (_what, unfit, sparsities, message) => {
  const refuse = () => refuseOtherPatterns(unfit, sparsities, tinySettings);
  expect(refuse).toThrow(PruneLabError);
  expect(refuse).toThrow(message);
});
