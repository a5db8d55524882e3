import { expect, test } from "vitest";
import type { RunSettings } from "../../src/experiment/settings.ts";
import { refuseUnfitAllocation } from "../../src/experiment/unfit-allocation.ts";
import { PruneLabError } from "../../src/foundations/errors.ts";
import type { Method } from "../../src/pruning/method.ts";
import { chosen } from "../pruning/fixtures.ts";
import { tinySettings } from "../support/tiny-settings.ts";

const withoutOutput = { ...tinySettings, prunable: ["fc1.weight", "fc2.weight"] };

const method = (allocation: object, rest: object = {}): Method => ({
  name: "mine",
  summary: "Mine.",
  criterion: { name: "random" },
  allocation: chosen("allocation", allocation as never),
  structure: { name: "weight" },
  schedule: { name: "one-shot" },
  ...rest,
});
const ratios = (options: object) => method({ name: "ratios", ...options });
const effective = (allocation: string, schedule = "one-shot") =>
  method({ name: allocation }, { target: "effective", schedule: chosen("schedule", schedule) });

test.each<[string, Method, readonly number[], RunSettings]>([
  [
    "ratios of layers that are pruned",
    ratios({ sparsities: { fc1: 0.9, output: 0.5 } }),
    [0, 0.5, 0.8],
    tinySettings,
  ],
  ["ratios without any", ratios({}), [0.99], tinySettings],
  ["a floor with room", method({ name: "erk", floor: { count: 2 } }), [0, 56 / 62], tinySettings],
  ["an effective target", effective("global"), [0.9, 1], tinySettings],
  ["an effective target in phases", effective("global", "ac-dc"), [0.9], tinySettings],
])("fits: %s", (_what, fitting, sparsities, at) => {
  expect(() => refuseUnfitAllocation(fitting, sparsities, at)).not.toThrow();
});

test.each<[string, Method, readonly number[], RunSettings, string]>([
  [
    "an unknown layer",
    ratios({ sparsities: { fc11: 0.9 } }),
    [0.5],
    tinySettings,
    "The method mine spreads by ratios, and no layer 'fc11' is pruned, only fc1, fc2, fc3, output. Did you mean 'fc1'?",
  ],
  [
    "a layer that is spared",
    ratios({ densities: { output: 2 } }),
    [0.5],
    withoutOutput,
    "The method mine spreads by ratios, and no layer 'output' is pruned, only fc1, fc2.",
  ],
  [
    "a layer with two numbers",
    ratios({ sparsities: { fc3: 0.5 }, densities: { output: 2 } }),
    [0.5],
    tinySettings,
    "The method mine spreads by ratios, which names fc3 twice.",
  ],
  [
    "sparsities that leave too much",
    ratios({ sparsities: { fc1: 0.5 } }),
    [0.5, 0.9],
    tinySettings,
    "The method mine cannot prune to 0.9 by ratios: with these sparsities 47 of 62 can go at most, all of the other layers, and 56 are to go.",
  ],
  [
    "a floor without room",
    method({ name: "global", floor: { fraction: 0.1 } }),
    [0.5, 1],
    tinySettings,
    "The method mine cannot prune to 1 by global: its floor keeps 7 of 62, which leaves 55 to prune, and 62 are to go.",
  ],
  [
    "a floor of neurons",
    method({ name: "global", floor: { count: 3 } }, { structure: { name: "neuron" } }),
    [0.5],
    tinySettings,
    "The method mine cannot prune to 0.5 by global: its floor keeps 9 of 12, which leaves 3 to prune, and 6 are to go.",
  ],
  [
    "an effective target with a sparsity a layer",
    effective("uniform"),
    [0.5],
    tinySettings,
    "The method mine has an effective sparsity as its target, which is met by a budget for all layers together, and uniform has none.",
  ],
  [
    "an effective target left to chance",
    effective("bernoulli"),
    [0.5],
    tinySettings,
    "The method mine has an effective sparsity as its target, which is met by a budget for all layers together, and bernoulli has none.",
  ],
  [
    "an effective target that weights move away from",
    effective("erk", "rigl"),
    [0.5],
    tinySettings,
    "The method mine has an effective sparsity as its target, and drops and grows weights after it is reached (rigl).",
  ],
])("is refused: %s", (_what, unfit, sparsities, at, message) => {
  const refuse = () => refuseUnfitAllocation(unfit, sparsities, at);
  expect(refuse).toThrow(PruneLabError);
  expect(refuse).toThrow(message);
});
