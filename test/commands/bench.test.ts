import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { decodeSafetensors, encodeSafetensors } from "../../src/foundations/safetensors.ts";
import type { BenchOutcome } from "../../src/library/bench/bench.ts";
import { benchColumns } from "../../src/recording/bench-rows.ts";
import { readTensorFile } from "../../src/recording/read-checkpoint.ts";
import { runCli } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";
import { pythonWith } from "../support/python.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

let folder = "";
const PRUNED = "global-magnitude-0.9-seed0.safetensors";
const DENSE = "baseline-seed0.safetensors";
/** No Python at all. */
const NONE = ["--python", "no-such-python"];
/** Three rounds of the shortest turns. */
const QUICK = ["--rounds", "3", "--seconds", "0"];

beforeAll(async () => {
  folder = await temporaryFolder();
  const results = path.join(folder, "results");
  await runIn(results, await tinyStudy(folder, { seeds: [0] }), { checkpoints: "all" });
  for (const name of [PRUNED, DENSE])
    await copyFile(path.join(results, "checkpoints", name), path.join(folder, name));
});

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  runInProcess(["bench", ...args], { cwd: folder, env });

async function measure(args: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await run([...args, ...QUICK, "--json"], env);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return { outcome: JSON.parse(stdout) as BenchOutcome, stderr };
}

const positive = z.number().positive();
const outcomeSchema = z.strictObject({
  machine: z.strictObject({ cpu: z.string(), cores: positive, system: z.string(), node: z.string() }),
  threads: z.literal(1),
  rounds: z.literal(3),
  batches: z.array(positive),
  engines: z.array(z.strictObject({ engine: z.string(), device: z.string() })),
  checkpoints: z.array(
    z.strictObject({
      file: z.string(),
      sha256: z.string().length(64),
      accuracy: z.number().nullable(),
      accuracy_from: z.enum(["metadata", "test examples"]).nullable(),
      inputs_from: z.string(),
      output_difference: z.number().max(1e-4),
    }),
  ),
  measurements: z.array(
    z.strictObject({
      checkpoint: z.string(),
      form: z.enum(["dense", "masked", "sparse", "shrunk"]),
      engine: z.string(),
      batch_size: positive,
      accuracy: z.number().nullable(),
      microseconds_per_example: positive,
      microseconds_lower_quartile: positive,
      microseconds_upper_quartile: positive,
      examples_per_second: positive,
      speedup: positive,
      file_bytes: positive,
      gzip_bytes: positive,
    }),
  ),
  files: z.array(z.string()),
});

describe("bench", () => {
  it("measures every form on every engine, for one example and for batches", async () => {
    const { outcome, stderr } = await measure([PRUNED, "--batch", "8,3", ...NONE]);
    const { measurements, checkpoints, engines, batches } = outcomeSchema.parse(outcome);
    expect(batches).toEqual([1, 3, 8]);
    const names = engines.map(({ engine }) => engine);
    expect(names).toContain("kernels-wasm");
    expect(measurements.map(({ form, engine, batch_size }) => [engine, form, batch_size])).toEqual(
      names.flatMap((engine) =>
        ["dense", "masked", "sparse", "shrunk"].flatMap((form) =>
          batches.map((size) => [engine, form, size]),
        ),
      ),
    );
    for (const row of measurements) {
      expect(row.microseconds_lower_quartile).toBeLessThanOrEqual(row.microseconds_per_example);
      expect(row.microseconds_upper_quartile).toBeGreaterThanOrEqual(row.microseconds_per_example);
      if (row.form === "dense") expect(row.speedup).toBe(1);
      // What was filled in has no accuracy of its own.
      expect(row.accuracy).toBe(row.form === "dense" ? null : checkpoints[0]?.accuracy);
    }
    expect(checkpoints[0]).toMatchObject({
      accuracy_from: "metadata",
      inputs_from: "test examples of tiny-digits",
    });
    expect(stderr.match(/^Without .*/gm)).toEqual([
      "Without onnxruntime: no-such-python has none. Install it: pip install onnxruntime numpy, and name its Python with --python.",
      "Without PyTorch: no-such-python has none. Install it: pip install torch, and name its Python with --python.",
    ]);
  });

  it("says the same in a table, with quartiles, ratios and the sizes of the files", async () => {
    const args = [DENSE, PRUNED, "--engine", "kernels-wasm", ...NONE, ...QUICK];
    const { code, stdout } = await runCli(["bench", ...args], { cwd: folder });
    expect(code).toBe(0);
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(
      /^baseline-seed0\.safetensors, accuracy [\d.]+%, inputs: test examples of tiny-digits$/,
    );
    expect(lines[1]).toMatch(
      /^form +engine +us for one +quartiles +vs dense +examples\/s, 64 at once +quartiles +vs dense +bytes +gzip$/,
    );
    const forms = lines.map((line) => line.split(/ +/)[0]);
    expect(forms.filter((form) => /^(dense|masked|sparse|shrunk)$/.test(form ?? ""))).toEqual([
      "dense",
      "dense",
      "masked",
      "sparse",
      "shrunk",
    ]);
    expect(lines[2]).toMatch(/^dense +kernels-wasm +[\d.,]+ +[\d.,]+ - [\d.,]+ +1\.00x /);
    expect(stdout).toContain("Median of 3 rounds with its quartiles, one thread.");
  });

  it("writes a table and two charts, also over earlier ones, and over nothing else", async () => {
    const args = [DENSE, PRUNED, "--engine", "kernels-wasm", ...NONE, "--out", "out"];
    for (const _again of [0, 1]) {
      const { outcome } = await measure(args);
      expect(outcome.files.toSorted()).toEqual(
        [
          "bench.csv",
          ...["accuracy-vs-file-size", "accuracy-vs-latency"].flatMap((name) =>
            ["png", "svg", "vl.json"].map((ending) => `${name}.${ending}`),
          ),
        ].toSorted(),
      );
      expect((await readdir(path.join(folder, "out"))).toSorted()).toEqual(outcome.files.toSorted());
      const csv = (await readFile(path.join(folder, "out", "bench.csv"), "utf8")).trim().split("\n");
      expect(csv[0]).toBe(Object.keys(benchColumns).join(","));
      expect(csv).toHaveLength(1 + outcome.measurements.length);
    }
    const foreign = path.join(folder, "foreign");
    await mkdir(foreign);
    await writeFile(path.join(foreign, "bench.csv"), "mine,1\n");
    const { code, stderr } = await run([DENSE, "--out", "foreign"]);
    expect(code).toBe(2);
    expect(stderr).toContain("foreign/bench.csv is not an earlier bench.csv, so --out does not write it.");
    expect(await readFile(path.join(foreign, "bench.csv"), "utf8")).toBe("mine,1\n");
  });

  it("measures the accuracy where the file does not say it, and does without data", async () => {
    const { tensors, metadata } = await readTensorFile(path.join(folder, PRUNED));
    const { accuracy, ...unmeasured } = metadata;
    await writeFile(path.join(folder, "unmeasured.safetensors"), encodeSafetensors(tensors, unmeasured));
    const { dataset_options: _, ...nowhere } = unmeasured;
    const bytes = await readFile(path.join(folder, PRUNED));
    await writeFile(
      path.join(folder, "nowhere.safetensors"),
      encodeSafetensors(decodeSafetensors(bytes, PRUNED), nowhere),
    );
    const { outcome, stderr } = await measure([
      "unmeasured.safetensors",
      "nowhere.safetensors",
      ...["--engine", "kernels-wasm", ...NONE, "--out", "unknown"],
    ]);
    const [tested, unknown] = outcome.checkpoints;
    expect(tested).toMatchObject({
      accuracy_from: "test examples",
      inputs_from: "test examples of tiny-digits",
    });
    expect(tested?.accuracy).toBeCloseTo(Number(accuracy), 6);
    expect(unknown).toMatchObject({ accuracy: null, accuracy_from: null, inputs_from: "random numbers" });
    expect(stderr).toContain("nowhere.safetensors: its inputs are random, and its accuracy is not known.");
    const chart = JSON.parse(
      await readFile(path.join(folder, "unknown", "accuracy-vs-latency.vl.json"), "utf8"),
    );
    const names = chart.data.values.map(({ name }: { name: string }) => name);
    expect(new Set(names)).toEqual(new Set(["unmeasured"]));
  });

  it("does without a Python that has nothing, or says something else", async () => {
    for (const [name, says] of Object.entries({ silent: "exit 1", talker: "echo hello; cat" })) {
      const python = path.join(folder, name);
      await writeFile(python, `#!/bin/sh\n${says}\n`);
      await chmod(python, 0o755);
      const { outcome, stderr } = await measure([DENSE, "--engine", "kernels-wasm", "--python", python]);
      expect(outcome.engines.map(({ engine }) => engine)).toEqual(["kernels-wasm"]);
      expect(stderr).toContain(`Without PyTorch: ${python} has none.`);
    }
  });

  const pythons = {
    onnxruntime: pythonWith("onnxruntime, numpy"),
    pytorch: pythonWith("torch"),
  };
  it.each(Object.entries(pythons).filter(([, python]) => python !== undefined))(
    "measures dense and shrunk in %s too",
    async (engine, python = "") => {
      const { outcome } = await measure([PRUNED, "--engine", "kernels-wasm"], {
        PRUNE_LAB_PYTHON: python,
        PRUNE_LAB_ONNX_PYTHON: python,
      });
      const rows = outcome.measurements.filter((row) => row.engine === engine);
      expect(rows.map(({ form, batch_size }) => [form, batch_size])).toEqual([
        ["dense", 1],
        ["dense", 64],
        ["shrunk", 1],
        ["shrunk", 64],
      ]);
      expect(outcome.checkpoints[0]?.output_difference).toBeLessThan(1e-4);
    },
  );

  it.each([
    [["missing.safetensors"], "missing.safetensors"],
    [[DENSE, DENSE], `${DENSE} is named twice.`],
    [[DENSE, "--batch", "0"], "It must be whole numbers from 1, separated by commas: 64,256."],
    [[DENSE, "--batch", "70000"], "--batch 70000: it must be a whole number from 1 to 65536."],
    [[DENSE, "--rounds", "2"], "--rounds 2: it must be a whole number from 3 to 65536."],
    [[DENSE, "--seconds", "-1"], "--seconds -1: it must be a number from 0."],
    [[DENSE, "--engine", "kernel"], "Unknown engine 'kernel'. Did you mean 'kernels'?"],
    [[], "missing required argument 'checkpoint'"],
  ])("refuses %j", async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});
