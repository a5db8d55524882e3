import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { StudyOptions } from "../../src/experiment/options.ts";
import { prepareStudy, StudyResources } from "../../src/experiment/prepare.ts";
import { PruneLabError } from "../../src/foundations/errors.ts";
import { countKept } from "../../src/network/mask.ts";
import { allocations } from "../../src/pruning/allocations/registry.ts";
import { criteria } from "../../src/pruning/criteria/registry.ts";
import { methods } from "../../src/pruning/methods.ts";
import { recoveries } from "../../src/pruning/recoveries/registry.ts";
import { schedules } from "../../src/pruning/schedules/registry.ts";
import { roundHalfToEven } from "../../src/pruning/top-k.ts";
import { readCheckpoint } from "../../src/recording/read-checkpoint.ts";
import type { ResultRow } from "../../src/recording/rows.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

/**
 * Every way to prune and recover, as a study computes it: what all of them promise. Each registered method, each schedule with each
 * recovery, and each criterion and each allocation before the training; not the product of all of them, which is tens of thousands.
 */

/** Options that let short trainings and few examples see every kind of event. */
const small: Readonly<Record<string, object>> = {
  early: { step: 3 },
  iterative: { levels: [0.5] },
  gradual: { every: 4 },
  set: { every: 4 },
  rigl: { every: 4, examples: 20 },
  "sparse-momentum": { every: 4, examples: 20 },
  "ac-dc": { phase: 0.2 },
  rewind: { step: 5 },
  "rewind-learning-rate": { step: 5 },
};
const member = (name: string) => ({ name, ...small[name] });

const scheduled = schedules.names().flatMap((schedule) =>
  recoveries.names().map((recovery) => ({
    name: `${schedule}.${recovery}`,
    criterion: "magnitude",
    allocation: "global",
    schedule: member(schedule),
    recovery: member(recovery),
  })),
);
/** Every criterion and every allocation before the training, where there are no trained weights to look at. */
const atInitialization = [
  ...criteria.names().map((criterion) => ({ criterion, allocation: "global" })),
  ...allocations
    .names()
    .filter((allocation) => allocation !== "global")
    .map((allocation) => ({ criterion: "random", allocation })),
].map(({ criterion, allocation }) => ({
  name: `early.${criterion}.${allocation}`,
  criterion,
  allocation,
  schedule: "early",
}));

/** The prunable weights of 36-8-6-3. */
const WEIGHTS = 36 * 8 + 8 * 6 + 6 * 3;

const resources = new StudyResources();
let root: string;
let options: StudyOptions;
let rows: readonly ResultRow[];
let reference: string;

beforeAll(async () => {
  root = await temporaryFolder();
  const changes = { seeds: [0], engine: "kernels-wasm" };
  const everything = [...methods.names(), ...scheduled, ...atInitialization];
  const prune = { methods: everything, sparsities: [0.6, 0.98, 1], finetune: { epochs: 1 } };
  const all = await tinyStudy(root, { ...changes, prune });
  const fitting = [];
  for (const method of all.prune.methods) {
    if (await fits({ ...all, prune: { ...all.prune, methods: [method] } })) fitting.push(method);
  }
  options = { ...all, prune: { ...all.prune, methods: fitting } };
  reference = path.join(root, "reference");
  const { outcome } = await runIn(reference, options, { checkpoints: "all" });
  rows = outcome.results;
}, 120_000);

/** What does not fit says so before anything is computed. */
async function fits(study: StudyOptions): Promise<boolean> {
  try {
    await prepareStudy({ options: study, dataDir: undefined, notify: () => {} }, resources);
    return true;
  } catch (error) {
    if (error instanceof PruneLabError && error.kind === "input") return false;
    throw error;
  }
}

describe("every way to prune and recover", () => {
  it("is there, but for those that leave nothing to train", () => {
    const found = new Set(rows.map(({ method }) => method));
    const missing = scheduled.map(({ name }) => name).filter((name) => !found.has(name));
    const during = ["gradual", "set", "rigl", "sparse-momentum", "ac-dc"];
    expect(missing.toSorted()).toEqual(
      ["one-shot.train", "iterative.train", ...during.map((schedule) => `${schedule}.none`)].toSorted(),
    );
  });

  it("meets the budget exactly, where it is one of the whole network", () => {
    for (const { method, allocation, sparsity, target_sparsity } of rows) {
      if (allocations.named(allocation).exact !== "in total") continue;
      const gone = [method, Math.round(sparsity * WEIGHTS)];
      expect(gone).toEqual([method, roundHalfToEven(target_sparsity * WEIGHTS)]);
    }
  });

  it("holds its mask: what is pruned is 0 in the end, and no more is kept than the table says", async () => {
    for (const { method, target_sparsity, nonzero_parameters } of rows) {
      const label = `${method}-${target_sparsity}-seed0.safetensors`;
      const { parameters, masks } = await readCheckpoint(path.join(reference, "checkpoints", label));
      let kept = 0;
      let revived = 0;
      for (const [name, values] of parameters) {
        const mask = masks.get(name);
        kept += mask === undefined ? values.length : countKept(mask);
        if (mask !== undefined) revived += values.filter((value, i) => mask[i] === 0 && value !== 0).length;
      }
      expect([label, kept, revived]).toEqual([label, nonzero_parameters, 0]);
    }
  });

  it("tells that no path is left, where weights are left too, and only there", () => {
    for (const { method, target_sparsity, status, effective_sparsity } of rows) {
      const told = [method, target_sparsity, status];
      expect(told).toEqual([method, target_sparsity, effective_sparsity === 1 ? "collapsed" : "ok"]);
    }
    const far = rows.filter(({ target_sparsity }) => target_sparsity === 0.98);
    expect(far.filter(({ status }) => status === "collapsed").length).toBeGreaterThan(10);
    expect(far.filter(({ status }) => status === "ok").length).toBeGreaterThan(5);
  });

  it("tells that nothing is left of a network", () => {
    for (const { method, target_sparsity, status } of rows) {
      if (target_sparsity === 1) expect([method, status]).toEqual([method, "collapsed"]);
    }
  });

  it("gives the same bytes once more, by another number of workers", async () => {
    const again = path.join(root, "again");
    await runIn(again, options, { workers: 2, checkpoints: "all" });
    expect(await filesOf(again)).toEqual(await filesOf(reference));
  }, 120_000);

  it("learns where it trains: what is trained for the whole training beats the guess", () => {
    const trained = rows.filter(({ method, target_sparsity }) => {
      return target_sparsity === 0.6 && /^[a-z-]+\.(train|rewind)$/.test(method);
    });
    expect(trained.length).toBeGreaterThan(10);
    for (const { method, accuracy } of trained)
      expect([method, (accuracy ?? 0) > 0.5]).toEqual([method, true]);
  });
});
