import { describe, expect, it, test } from "vitest";
import { computesToSelect, selectionMacs } from "../../../src/experiment/pruning/selection-work.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { denseMacs } from "../../../src/network/weighted-layers.ts";
import { criteria } from "../../../src/pruning/criteria/registry.ts";
import type { Method } from "../../../src/pruning/method.ts";
import { methods } from "../../../src/pruning/methods.ts";
import { schedules } from "../../../src/pruning/schedules/registry.ts";

const network: NetworkSpec = {
  inputShape: [4],
  layers: [{ kind: "dense", name: "fc1", inputs: 4, outputs: 3 }],
  loss: "softmax-cross-entropy",
};
const dense = denseMacs(network);
const TRAIN = 500;
const once = [{ step: 0, sparsity: 0.9 }];

const by = (name: string, options: object = {}): Method => ({
  ...methods.named("global-magnitude"),
  criterion: { name, ...criteria.named(name).options.parse(options) },
});
const passes = (method: Method, course: Parameters<typeof selectionMacs>[0]["course"] = once) =>
  selectionMacs({ method, course, keptMacs: 5 }, { network }, TRAIN) / dense;

describe("the work of choosing what goes, in forward passes of one example", () => {
  test.each<[string, object, number]>([
    ["magnitude", {}, 0],
    ["random", {}, 0],
    ["magnitude-increase", {}, 0],
    ["taylor", { examples: 100 }, 3 * 100],
    ["gradient", { examples: 10_000 }, 3 * TRAIN],
    ["wanda", { examples: 100 }, 100],
    ["fisher", { examples: 100 }, 3 * 100],
    ["optimal-brain-damage", { examples: 100 }, 4 * 100],
    ["woodfisher", { examples: 100 }, 3 * 100],
    ["cbs", { examples: 100 }, 3 * 100],
    ["grasp", { examples: 100 }, 9 * 100],
    ["synflow", { rounds: 7 }, 3 * 7],
    ["movement", { steps: 10, batchSize: 40 }, 3 * 400],
    // 500 examples are four batches of 120 and one of 20.
    ["learned-mask", { steps: 6, batchSize: 120 }, 3 * (500 + 120)],
    ["l0", { steps: 2, batchSize: 50, examples: 50 }, 3 * 100],
  ])("%s %j: %i", (name, options, expected) => {
    expect(passes(by(name, options))).toBe(expected);
    expect(computesToSelect(by(name, options))).toBe(expected > 0);
  });

  it("has every criterion", () => {
    for (const name of criteria.names()) {
      const needs = criteria.named(name).needs?.(by(name).criterion) ?? {};
      const looks = Object.keys(needs).some((need) => need !== "initialWeights");
      expect([name, computesToSelect(by(name))]).toEqual([name, looks]);
    }
  });

  it("counts each pruning on the way, and none to sparsity 0", () => {
    const method = by("taylor", { examples: 100 });
    expect(passes(method, [...once, { step: 9, sparsity: 0.95 }])).toBe(600);
    expect(passes(method, [{ step: 0, sparsity: 0 }])).toBe(0);
  });
});

describe("the work of choosing what comes back", () => {
  const growing = (name: string): Method => ({
    ...methods.named(name),
    schedule: { name, ...schedules.named(name).options.parse({}) },
  });

  it("is that of gradients of all weights, with values and gradients of inputs by those that are kept", () => {
    const grow = { by: "gradient", examples: 20 } as const;
    const course = [...once, { step: 5, regrowth: { drop: 0.3, grow, spread: "own" as const } }];
    const macs = selectionMacs({ method: growing("rigl"), course, keptMacs: 5 }, { network }, TRAIN);
    expect(macs).toBe(20 * (2 * 5 + dense));
    expect(computesToSelect(growing("rigl"))).toBe(true);
  });

  it("is nothing by chance", () => {
    expect(computesToSelect(growing("set"))).toBe(false);
  });
});
