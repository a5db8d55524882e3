import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import type { StudyOptions } from "../../src/experiment/options.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import type { HistoryRow, ResultRow } from "../../src/recording/rows.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

/** Whole studies whose networks learn from the dense one. */

const magnitude = { criterion: "magnitude", allocation: "global" };
const distilled = (options: object = {}) => ({ recovery: { name: "distill", ...options } });
const methods = [
  "global-magnitude",
  { name: "distilled", ...magnitude, ...distilled() },
  { name: "teacher-alone", ...magnitude, ...distilled({ temperature: 4, weight: 1 }) },
  { name: "targets-alone", ...magnitude, ...distilled({ weight: 0 }) },
  { name: "by-levels", ...magnitude, schedule: { name: "iterative", fraction: 0.5 }, ...distilled() },
  { name: "gradual", ...magnitude, schedule: { name: "gradual", every: 2 }, ...distilled() },
  {
    name: "rounded",
    ...magnitude,
    ...distilled(),
    quantization: { bits: 6, training: "straight-through" },
  },
  { name: "constructed", construction: { name: "linear-teacher", epochs: 2 }, ...distilled() },
];
const prune = { methods, sparsities: [0, 0.5, 0.9], finetune: { epochs: 2 } };

let root: string;
let options: StudyOptions;
let reference: string;
let rows: readonly ResultRow[];
let history: readonly HistoryRow[];

beforeAll(async () => {
  root = await temporaryFolder();
  options = await tinyStudy(root, { prune, engine: "kernels-wasm" });
  reference = path.join(root, "reference");
  rows = (await runIn(reference, options)).outcome.results;
  history = (await readResults(reference)).folder?.history ?? [];
});

const rowsOf = (method: string, sparsity: number) =>
  rows.filter((row) => row.method === method && row.target_sparsity === sparsity);
const measuresOf = (method: string, sparsity: number) =>
  rowsOf(method, sparsity).map(({ accuracy, loss }) => ({ accuracy, loss }));

describe("a study with distillation", () => {
  it("names it in the tables with its options, and prunes as ever", () => {
    for (const row of rowsOf("distilled", 0.9)) {
      expect(row).toMatchObject({ recovery: "distill(temperature=2 weight=0.5)", status: "ok" });
      const [plain] = rowsOf("global-magnitude", 0.9).filter(({ seed }) => seed === row.seed);
      expect(row.pruned_loss).toBe(plain?.pruned_loss);
      expect(row.loss).not.toBe(plain?.loss);
    }
  });

  it("has the dense network for its teacher, to the bit: unpruned it stays as it is", () => {
    for (const row of rowsOf("teacher-alone", 0)) {
      expect(row.loss).toBe(row.baseline_loss);
      expect(row.accuracy).toBe(row.baseline_accuracy);
    }
    const losses = history.filter((row) => row.method === "teacher-alone" && row.target_sparsity === 0);
    expect(losses.map(({ train_loss }) => train_loss)).toEqual([null, 0, 0, null, 0, 0]);
  });

  it("is fine-tuning where the teacher counts nothing", () => {
    for (const sparsity of prune.sparsities) {
      expect(measuresOf("targets-alone", sparsity)).toEqual(measuresOf("global-magnitude", sparsity));
    }
  });

  it("goes with every schedule, rounding and construction", () => {
    for (const method of ["by-levels", "gradual", "rounded"]) {
      expect(rowsOf(method, 0.9).map(({ status }) => status)).toEqual(["ok", "ok"]);
    }
    const [constructed, ...others] = rows.filter(({ method }) => method === "constructed");
    expect(constructed).toMatchObject({ status: "ok", recovery: "distill(temperature=2 weight=0.5)" });
    expect(others).toHaveLength(1);
  });

  it("gives the same bytes for another number of workers", async () => {
    const folder = path.join(root, "two-workers");
    await runIn(folder, options, { workers: 2 });
    expect(await filesOf(folder)).toEqual(await filesOf(reference));
  });

  it("gives them after an interruption", async () => {
    const folder = path.join(root, "interrupted");
    const interruption = new AbortController();
    let finished = 0;
    const first = runIn(folder, options, {
      signal: interruption.signal,
      onEvent: (event) => {
        if (event.event === "run-finished" && ++finished === 5) interruption.abort();
      },
    });
    await expect(first).rejects.toMatchObject({ kind: "interrupted" });
    await runIn(folder, options);
    expect(await filesOf(folder)).toEqual(await filesOf(reference));
  });
});

describe("the distillation of a regression", () => {
  let regression: readonly ResultRow[];
  const named = (name: string, options: object) => ({ name, ...magnitude, ...distilled(options) });

  beforeAll(async () => {
    const study = configSchema().parse({
      name: "regression",
      dataset: {
        name: "synthetic",
        targets: { name: "linear" },
        inputs: 6,
        outputs: 2,
        train: 200,
        test: 50,
      },
      model: { name: "mlp", hidden: [8] },
      train: { epochs: 2, batchSize: 16, optimizer: { name: "adam", learningRate: 0.01 } },
      prune: {
        methods: [
          named("cool", { temperature: 1 }),
          named("warm", { temperature: 8 }),
          named("alone", { weight: 1 }),
        ],
        sparsities: [0, 0.75],
        finetune: { epochs: 2 },
      },
      seeds: [0],
      engine: "kernels-wasm",
    });
    regression = (await runIn(path.join(root, "regression"), study)).outcome.results;
  });

  const lossesOf = (of: string) => regression.filter(({ method }) => method === of).map(({ loss }) => loss);

  it("is the same at any temperature", () => {
    expect(lossesOf("cool")).toEqual(lossesOf("warm"));
    expect(lossesOf("cool").every(Number.isFinite)).toBe(true);
  });

  it("keeps the dense network where nothing is pruned and it alone counts", () => {
    const [dense] = regression;
    expect(lossesOf("alone")[0]).toBe(dense?.baseline_loss);
  });
});

describe("a dense network that diverged", () => {
  it("teaches nothing, and the runs say so", async () => {
    const study: StudyOptions = {
      ...options,
      train: { ...options.train, optimizer: { ...options.train.optimizer, learningRate: 1e38 } },
      prune: { ...options.prune, methods: options.prune.methods.filter((_, i) => i === 1 || i === 7) },
      seeds: [0],
    };
    const { outcome } = await runIn(path.join(root, "diverged"), study);
    expect(outcome.results.map(({ status }) => status)).toEqual(Array(4).fill("diverged"));
  });
});
