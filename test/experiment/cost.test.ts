import { expect, test } from "vitest";
import { engines } from "../../src/engines/registry.ts";
import { runCost } from "../../src/experiment/cost.ts";
import type { Run } from "../../src/experiment/runs/index.ts";
import type { PointRun } from "../../src/experiment/runs/point.ts";
import type { RunSettings } from "../../src/experiment/settings.ts";
import { methods } from "../../src/pruning/methods.ts";

const examples = { train: 1000, validation: 100, test: 200 };
const plan = {
  batchSize: 10,
  optimizer: { name: "sgd", learningRate: 0.1, momentum: 0, weightDecay: 0 },
  schedule: { name: "constant" },
} as const;
// 1,000,000 weights.
const settings: RunSettings = {
  network: {
    inputShape: [1000],
    layers: [{ kind: "dense", name: "fc1", inputs: 1000, outputs: 1000 }],
    loss: "softmax-cross-entropy",
  },
  initializer: { name: "pytorch" },
  train: { ...plan, epochs: 4 },
  finetune: { ...plan, epochs: 2, select: "last" },
  prunable: ["fc1.weight"],
};
const overhead = 1e9;
const costOf = (run: Run, engine: string) => runCost(run, settings, examples, engine) - overhead;
const common = { id: "run", label: "run", seed: 0, parents: [] };
const baseline: Run = { ...common, kind: "baseline" };
const checkpoint: Run = { ...common, kind: "checkpoint", step: 150 };
const point = (sparsity: number, retraining: PointRun["retraining"] = { training: "finetune" }): Run => ({
  ...common,
  kind: "point",
  method: methods.named("global-magnitude"),
  before: 0,
  sparsity,
  retraining,
});

test("counts three passes for training, one for each evaluation", () => {
  expect(costOf(baseline, "reference")).toBe((4 * 3 * 1000 + 5 * 100 + 200) * 1e6);
  expect(costOf(point(0.9), "reference")).toBe((2 * 3 * 1000 + 3 * 100 + 2 * 200) * 1e6);
  expect(costOf(point(0.9, null), "reference")).toBe((1 * 100 + 2 * 200) * 1e6);
});

test("a checkpoint costs its steps, and a rewound point those that are left", () => {
  expect(costOf(checkpoint, "reference")).toBe((150 * 10 * 3 + 100) * 1e6);
  const rewound = point(0.9, { training: "train", rewindTo: 100, optimizer: "fresh" });
  // 100 steps are an epoch: three are left.
  expect(costOf(rewound, "reference")).toBe((3 * 3 * 1000 + 4 * 100 + 2 * 200) * 1e6);
});

test("distillation costs a pass of the dense network more, however sparse the run", () => {
  const distillation = { temperature: 4, weight: 0.9 };
  for (const sparsity of [0, 0.9, 0.99]) {
    const [plain, distilled] = [point(sparsity), point(sparsity, { training: "finetune", distillation })].map(
      (run) => costOf(run, "kernels-native"),
    );
    expect((distilled ?? 0) - (plain ?? 0)).toBeCloseTo(1000 * 1e6, 3);
  }
});

test.each(engines.names())(
  "%s: a sparser run never costs more, and one that is hardly pruned as much as a dense one",
  (engine) => {
    const costs = [0, 0.1, 0.5, 0.8, 0.9, 0.99, 1].map((sparsity) => costOf(point(sparsity), engine));
    expect(costs).toEqual([...costs].sort((a, b) => b - a));
    expect(costs[1]).toBe(costs[0]);
    expect(costs.at(-1)).toBeGreaterThan(0);
  },
);

test("the kernels' cost follows density", () => {
  const at = (sparsity: number) => costOf(point(sparsity), "kernels-native");
  expect(at(0) / at(0.9)).toBeGreaterThan(3);
  expect(at(0.9) / at(0.99)).toBeGreaterThan(3);
});

test("a run whose masks change costs what its phases cost, and the dense gradients by which it grows", () => {
  const whole = { training: "train", rewindTo: 0, optimizer: "fresh" } as const;
  const by = (name: string, schedule: object): Run => ({
    ...(point(0.9, whole) as PointRun),
    method: { ...methods.named(name), schedule: { ...methods.named(name).schedule, ...schedule } },
  });
  const dense = costOf(point(0, whole), "kernels-native");
  const sparse = costOf(point(0.9, whole), "kernels-native");
  // 400 steps, of which 100 + 50 are dense and 50 + 200 are not: 5/8 of the way from dense to sparse.
  const turns = by("ac-dc", { warmUp: 0.25, phase: 0.125, final: 0.5 });
  expect(costOf(turns, "kernels-native")).toBeCloseTo(dense + (5 / 8) * (sparse - dense), 0);
  // Updates at 50, 100, 150, each with three passes for 20 examples.
  const grown = by("rigl", { every: 50, until: 0.5, examples: 20 });
  expect(costOf(grown, "kernels-native")).toBeCloseTo(sparse + 3 * 3 * 20 * 1e6, 0);
  expect(costOf(by("set", { every: 50 }), "kernels-native")).toBeCloseTo(sparse, 0);
});
