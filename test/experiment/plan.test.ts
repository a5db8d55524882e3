import { beforeAll, describe, expect, it } from "vitest";
import type { StudyOptions } from "../../src/experiment/options.ts";
import { type PlanInputs, planStudy, recipeHash } from "../../src/experiment/plan.ts";
import { buildNetwork } from "../../src/models/registry.ts";
import type { NetworkSpec } from "../../src/network/specification.ts";
import { methods } from "../../src/pruning/methods.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tinyStudy } from "../support/tiny-study.ts";

let options: StudyOptions;
let inputs: PlanInputs;

beforeAll(async () => {
  options = await tinyStudy(await temporaryFolder());
  const network: NetworkSpec = buildNetwork(options.model, [1, 6, 6], 3, "softmax-cross-entropy");
  inputs = {
    options,
    network,
    datasetChecksum: "data",
    engineIdentity: "engine",
    prunable: ["fc1.weight", "fc2.weight", "fc3.weight"],
  };
});

const ids = (changed: PlanInputs) => planStudy(changed).runs.map(({ id }) => id);

describe("the plan of a study", () => {
  it("puts parents first, and each run once", () => {
    const { runs } = planStudy(inputs);
    expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
    for (const [position, run] of runs.entries()) {
      if (run.kind === "point") {
        expect(runs.slice(0, position).map(({ id }) => id)).toContain(run.parent);
      }
    }
  });

  it("shares a run between methods at sparsity 0 only", () => {
    const all = { ...options, prune: { ...options.prune, methods: methods.map(({ name }) => name) } };
    const { cells } = planStudy({ ...inputs, options: all });
    const runsAt = (sparsity: number) =>
      new Set(cells.filter((cell) => cell.sparsity === sparsity && cell.seed === 0).map(({ point }) => point))
        .size;
    expect(runsAt(0)).toBe(1);
    expect(runsAt(0.5)).toBe(methods.length);
  });

  it("gives a run the same hash in another grid", () => {
    const small = {
      ...options,
      seeds: [1],
      prune: { ...options.prune, sparsities: [0.9], methods: ["global-magnitude" as const] },
    };
    const whole = ids(inputs);
    for (const id of ids({ ...inputs, options: small })) expect(whole).toContain(id);
  });

  it.each<[string, (changed: PlanInputs) => PlanInputs]>([
    ["the data", (i) => ({ ...i, datasetChecksum: "other" })],
    ["the engine", (i) => ({ ...i, engineIdentity: "other" })],
    ["the training", (i) => ({ ...i, options: { ...options, train: { ...options.train, epochs: 4 } } })],
    ["the network", (i) => ({ ...i, network: { ...i.network, loss: "mean-squared-error" } })],
  ])("hashes everything anew when %s changes", (_what, change) => {
    const before = new Set(ids(inputs));
    expect(ids(change(inputs)).filter((id) => before.has(id))).toEqual([]);
  });

  it("keeps the baselines when only the fine-tuning or the prunable tensors change", () => {
    const finetune = { ...options, prune: { ...options.prune, finetune: null } };
    for (const changed of [
      { ...inputs, options: finetune },
      { ...inputs, prunable: ["fc1.weight"] },
    ]) {
      const before = new Set(ids(inputs));
      const shared = planStudy(changed).runs.filter(({ id }) => before.has(id));
      expect(shared.map(({ label }) => label)).toEqual(["baseline-seed0", "baseline-seed1"]);
    }
  });

  it("fills the fine-tuning in from the training", () => {
    expect(planStudy(inputs).finetune).toMatchObject({
      epochs: 1,
      batchSize: 16,
      optimizer: options.train.optimizer,
    });
  });
});

describe("the recipe hash", () => {
  it("is short, and blind to the grid and the engine", () => {
    const grid = { ...options, seeds: [5], prune: { ...options.prune, sparsities: [0.1] } };
    expect(recipeHash(inputs)).toMatch(/^[0-9a-f]{8}$/);
    expect(recipeHash({ ...inputs, options: grid })).toBe(recipeHash(inputs));
  });

  it("sees what has no column of its own", () => {
    const slower = { ...options, train: { ...options.train, batchSize: 8 } };
    expect(recipeHash({ ...inputs, options: slower })).not.toBe(recipeHash(inputs));
    expect(recipeHash({ ...inputs, prunable: ["fc1.weight"] })).not.toBe(recipeHash(inputs));
  });
});
