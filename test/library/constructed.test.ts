import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import type { StudyOptions } from "../../src/experiment/options.ts";
import { merge } from "../../src/library/merge.ts";
import { decodeCheckpoint } from "../../src/recording/checkpoint.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import type { ResultRow } from "../../src/recording/rows.ts";
import type { StudyEvent } from "../../src/scheduling/events.ts";
import { runInProcess } from "../support/in-process.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn } from "../support/tiny-study.ts";

/** Networks that are constructed beside such that are pruned, on 60 examples of a linear map of 6 inputs to 2 targets. */

const bridge = { name: "linear-bridge", eps: 0.001, epochs: 80 };
const config = {
  name: "bridge",
  dataset: {
    name: "synthetic",
    targets: { name: "linear", noise: 0 },
    inputs: 6,
    outputs: 2,
    train: 60,
    test: 60,
  },
  model: {
    name: "mlp",
    hidden: [10],
    activation: "sigmoid",
    initializer: { name: "glorot", distribution: "normal", bias: 0.01 },
  },
  train: { epochs: 40, batchSize: 16, optimizer: { name: "adam", learningRate: 0.03 } },
  prune: {
    methods: [
      { name: "bridge", construction: bridge },
      "global-magnitude",
      "random-bernoulli",
      { name: "kept", construction: { ...bridge, hiddenBiases: "kept" } },
      { name: "tuned", construction: bridge, recovery: "finetune" },
      { name: "linear", construction: { name: "linear-teacher", epochs: 80 } },
      { name: "nothing", construction: "zero" },
      { name: "mean", construction: "predict-mean" },
    ],
    sparsities: [0, 0.5],
    finetune: { epochs: 2, batchSize: 60 },
    biases: true,
  },
  seeds: [0, 1],
  engine: "kernels-wasm",
};
// Constructed networks stay as they are made, unless they say otherwise.
for (const method of config.prune.methods) {
  if (typeof method !== "string" && !("recovery" in method)) Object.assign(method, { recovery: "none" });
}

let root: string;
let options: StudyOptions;
let folder: string;
let rows: readonly ResultRow[];
let events: readonly StudyEvent[];
const file = (...names: string[]) => path.join(folder, ...names);
const rowsOf = (method: string) => rows.filter((row) => row.method === method);
const first = (method: string) => rowsOf(method)[0] as ResultRow;

beforeAll(async () => {
  root = await temporaryFolder();
  options = configSchema().parse(config);
  folder = path.join(root, "study");
  const { outcome, events: told } = await runIn(folder, options, { checkpoints: "all", charts: true });
  rows = outcome.results;
  events = told;
});

describe("the rows of constructed networks", () => {
  it("are one a seed, whatever sparsities there are", () => {
    expect(rowsOf("global-magnitude")).toHaveLength(4);
    for (const method of ["bridge", "kept", "tuned", "linear", "nothing", "mean"]) {
      expect(rowsOf(method).map(({ seed }) => seed)).toEqual([0, 1]);
    }
  });

  it("name the construction with its options, and the baseline of their seed", () => {
    expect(first("bridge")).toMatchObject({
      criterion: "linear-bridge(eps=0.001 gamma=0.25 hiddenBiases=0 epochs=80 learningRate=0.01)",
      allocation: "constructed",
      structure: "weight",
      schedule: "one-shot",
      recovery: "none",
      status: "ok",
      baseline_loss: first("global-magnitude").baseline_loss,
    });
    expect(first("tuned").recovery).toBe("finetune");
  });

  it("count what is kept", () => {
    // 6 x 10 + 10 + 10 x 2 + 2 = 92 parameters; 6 + 12 + 2 = 20 of the bridge.
    expect(first("bridge")).toMatchObject({
      parameters: 92,
      nonzero_parameters: 20,
      target_sparsity: Number((72 / 92).toFixed(6)),
      sparsity: 72 / 92,
      macs: 18,
    });
    expect(first("kept").nonzero_parameters).toBe(30);
    expect(first("nothing")).toMatchObject({ nonzero_parameters: 0, sparsity: 1, compression: null });
    expect(first("mean")).toMatchObject({ nonzero_parameters: 2, sparsity: 90 / 92 });
  });

  it("have the linear model as a network of its own", () => {
    expect(first("linear")).toMatchObject({
      parameters: 14,
      nonzero_parameters: 14,
      target_sparsity: 0,
      sparsity: 0,
      compression: 1,
      dense_bytes: 56,
      sparse_bytes: 56,
      dense_macs: 12,
      macs: 12,
      status: "ok",
    });
  });
});

describe("the networks", () => {
  it("of the bridge are the linear model", () => {
    for (const [i, row] of rowsOf("bridge").entries()) {
      expect(row.loss).toBeGreaterThan(0);
      expect(Math.abs((row.loss ?? 0) - (rowsOf("linear")[i]?.loss ?? 0))).toBeLessThan(1e-3);
    }
  });

  it("with hidden biases are not", () => {
    expect(Math.abs((first("kept").loss ?? 0) - (first("linear").loss ?? 0))).toBeGreaterThan(0.1);
  });

  it("that are fine-tuned keep their zeros", async () => {
    const [label] = Object.keys(JSON.parse(await readFile(file("manifest.json"), "utf8")).runs).filter(
      (name) => name.startsWith("tuned"),
    );
    const bytes = await readFile(file("checkpoints", `${label}.safetensors`));
    const { parameters, masks } = decodeCheckpoint(bytes, "checkpoint");
    for (const [name, mask] of masks) {
      parameters.get(name)?.forEach((value, i) => {
        if (mask[i] === 0) expect(value).toBe(0);
      });
    }
    expect(first("tuned").loss).not.toBe(first("tuned").pruned_loss);
  });

  it("that are controls give 0, and the mean", async () => {
    // The loss of a constant guess is the mean square of what it leaves.
    const targets = (await import("../../src/datasets/registry.ts")).loadDataset(options.dataset, {
      dataDir: undefined,
      notify: () => {},
    });
    const { train, test } = await targets;
    const of = (set: typeof train) => (set.targets.kind === "values" ? [...set.targets.values] : []);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const means = [0, 1].map((j) => mean(of(train).filter((_, i) => i % 2 === j)));
    expect(first("nothing").loss).toBeCloseTo(mean(of(test).map((value) => value ** 2)), 5);
    expect(first("mean").loss).toBeCloseTo(
      mean(of(test).map((value, i) => (value - (means[i % 2] ?? 0)) ** 2)),
      5,
    );
  });

  it("of coins vary from seed to seed", () => {
    const [one, two] = rowsOf("random-bernoulli").filter(({ target_sparsity }) => target_sparsity === 0.5);
    expect(one?.nonzero_parameters).not.toBe(two?.nonzero_parameters);
    expect(one?.target_sparsity).toBe(0.5);
  });
});

describe("the files", () => {
  it("are the same from two workers, and from parts", async () => {
    await runIn(path.join(root, "again"), options, { checkpoints: "all", charts: true, workers: 2 });
    expect(await filesOf(path.join(root, "again"))).toEqual(await filesOf(folder));
    const parts = [1, 2].map((index) => path.join(root, `part${index}`));
    for (const [i, part] of parts.entries()) {
      await runIn(part, options, { checkpoints: "all", shard: { index: i + 1, count: 2 } });
    }
    await merge(path.join(root, "merged"), parts);
    expect((await filesOf(path.join(root, "merged"))).get("results.csv")).toBe(
      (await filesOf(folder)).get("results.csv"),
    );
  });

  it("can be read again", async () => {
    const { rows: read } = await readResults(file("results.csv"));
    expect(read).toHaveLength(rows.length);
  });

  it("compute nothing a second time, and a teacher once for all", async () => {
    const computed = (told: readonly StudyEvent[]) =>
      told.flatMap((event) => (event.event === "run-finished" ? [event.run] : []));
    expect(computed(events).filter((run) => run.startsWith("teacher"))).toEqual(
      expect.arrayContaining(["teacher-80-epochs-at-0.01-seed0", "teacher-80-epochs-at-0.01-seed1"]),
    );
    expect(computed(events).filter((run) => run.startsWith("teacher"))).toHaveLength(2);
    const { events: told } = await runIn(folder, options, { checkpoints: "all", charts: true });
    expect(computed(told)).toEqual([]);
  });

  it("say nothing of controls that have no path, and that the teacher is no dense control", async () => {
    const notices = events.flatMap((event) => (event.event === "notice" ? [event.message] : []));
    expect(notices.filter((notice) => /nothing|mean|bridge|kept|linear/.test(notice))).toEqual([]);
    const report = await readFile(file("report.html"), "utf8");
    expect(report).not.toContain("No path from the inputs");
    expect(report).toContain("is constructed, and not pruned: <b>linear-bridge(eps=0.001");
  });

  it("have checkpoints that say which network they are of", async () => {
    const text = await readFile(file("checkpoints", "linear-0-seed0.safetensors"), "latin1");
    expect(text).toContain(String.raw`\"name\":\"fc1\",\"inputs\":6,\"outputs\":2`);
    expect(text).not.toContain(String.raw`\"outputs\":10`);
  });
});

describe("the command", () => {
  const cli = (...args: string[]) => runInProcess(args, { cwd: root });

  it("says what it would do, and lists constructions", async () => {
    await writeFile(path.join(root, "bridge.json.yaml"), JSON.stringify(config));
    const { stdout, code, stderr } = await cli("sweep", "--config", "bridge.json.yaml", "--dry-run");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain(
      "grid     2 methods x 2 sparsities x 2 seeds, 6 constructed networks x 2 seeds = 20 rows\n",
    );
    expect(stdout).toMatch(
      /runs {5}2 baselines, 2 teachers, 18 points \(2 rows share a run\), [\d,]+ optimizer steps/,
    );
    const { stdout: listed } = await cli("list", "constructions");
    expect(listed).toMatch(/^linear-bridge +A linear model/m);
  });

  it("sweeps, and shows each at its own sparsity", async () => {
    const { stdout, code } = await cli(
      "sweep",
      "--config",
      "bridge.json.yaml",
      "--out",
      "by-command",
      "--checkpoints",
      "all",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/78\.2609%/);
    expect(await filesOf(path.join(root, "by-command"))).toEqual(await filesOf(folder));
  });
});
