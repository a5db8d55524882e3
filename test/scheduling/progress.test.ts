import { expect, test } from "vitest";
import type { Run } from "../../src/experiment/runs/index.ts";
import { methods } from "../../src/pruning/methods.ts";
import { Progress } from "../../src/scheduling/progress.ts";

const baseline = (id: string): Run => ({ kind: "baseline", id, label: id, seed: 0, parents: [] });
const point = (id: string, sparsity: number): Run => ({
  kind: "point",
  id,
  label: id,
  parents: [{ run: "baseline", artifacts: ["weights"] }],
  seed: 0,
  method: methods.named("global-magnitude"),
  before: 0,
  sparsity,
  retraining: { training: "finetune" },
});

test("the total is weighted by expected cost", () => {
  const progress = new Progress();
  progress.add(baseline("a"), { steps: 30, cost: 300 });
  progress.add(point("b", 0.5), { steps: 10, cost: 100 });
  expect(progress.update("a", 15)).toEqual({ started: true, fraction: 0.5 });
  expect(progress.total()).toBeCloseTo(150 / 400, 12);
  expect(progress.update("a", 30)?.started).toBe(false);
  progress.finish("a", 3);
  progress.finish("b", 1);
  expect(progress.total()).toBe(1);
});

test("what points cost beside baselines is corrected by the runs that have finished", () => {
  const progress = new Progress();
  progress.add(baseline("dense"), { steps: 10, cost: 100 });
  progress.add(point("first", 0.8), { steps: 10, cost: 100 });
  progress.add(point("second", 0.9), { steps: 10, cost: 50 });
  progress.finish("dense", 10);
  expect(progress.total()).toBeCloseTo(100 / 250, 12);
  // A fifth of what was expected: so will be the run that is left.
  progress.finish("first", 2);
  expect(progress.total()).toBeCloseTo((100 + 20) / (100 + 20 + 10), 12);
});

test("the total never falls", () => {
  const progress = new Progress();
  progress.add(baseline("dense"), { steps: 10, cost: 100 });
  for (const id of ["a", "b", "c"]) progress.add(point(id, 0.9), { steps: 10, cost: 100 });
  const totals: number[] = [];
  for (const [id, seconds] of [
    ["dense", 10],
    ["a", 1],
    ["b", 20],
    ["c", 20],
  ] as const) {
    progress.finish(id, seconds);
    totals.push(progress.total());
  }
  expect(totals).toEqual([...totals].sort((a, b) => a - b));
  expect(totals.at(-1)).toBe(1);
});

test("a message that arrives after its run has failed is no one's", () => {
  const progress = new Progress();
  progress.add(baseline("dense"), { steps: 10, cost: 100 });
  progress.remove("dense");
  expect(progress.update("dense", 5)).toBeUndefined();
});

test("the total is whole when all are done, and counts no run that was removed", () => {
  const progress = new Progress();
  for (let i = 0; i < 1000; i++) progress.add(point(`p${i}`, 0.9), { steps: 3, cost: 0.1 });
  progress.update("p999", 1);
  progress.remove("p999");
  for (let i = 0; i < 998; i++) {
    progress.update(`p${i}`, 1);
    progress.finish(`p${i}`, 1);
  }
  expect(progress.total()).toBeCloseTo(998 / 999, 9);
  progress.finish("p998", 1);
  expect(progress.total()).toBe(1);
});
