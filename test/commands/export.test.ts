import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { exportFormats } from "../../src/exporting/registry.ts";
import { encodeSafetensors } from "../../src/foundations/safetensors.ts";
import { exportCheckpoint } from "../../src/library/export.ts";
import { readCheckpoint } from "../../src/recording/read-checkpoint.ts";
import { runCli } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

let folder = "";
let results = "";
const NAME = "global-magnitude-0.9-seed0";
const CHECKPOINT = `${NAME}.safetensors`;
const FILES: Readonly<Record<string, string>> = {
  safetensors: `${NAME}.dense.safetensors`,
  "safetensors-compressed": `${NAME}.compressed.safetensors`,
  onnx: `${NAME}.onnx`,
  torch: "global_magnitude_0_9_seed0.py",
  web: `${NAME}.html`,
};

beforeAll(async () => {
  folder = await temporaryFolder();
  results = path.join(folder, "results");
  const options = await tinyStudy(folder, { seeds: [0] });
  await runIn(results, options, { checkpoints: "all" });
  await copyFile(path.join(results, "checkpoints", CHECKPOINT), path.join(folder, CHECKPOINT));
});

const run = (...args: string[]) => runInProcess(["export", ...args], { cwd: folder });

describe("export", () => {
  it.each(exportFormats.names())("writes %s and says what, also over an earlier one", async (format) => {
    const file = FILES[format] ?? "";
    for (const runs of [runCli, runInProcess]) {
      const args = ["export", CHECKPOINT, "--format", format];
      const { code, stdout, stderr } = await runs(args, { cwd: folder });
      const bytes = (await readFile(path.join(folder, file))).length.toLocaleString("en-US");
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${file}: ${bytes} bytes\n`, stderr: "" });
    }
  });

  it.each(exportFormats.names())("replaces nothing else by %s", async (format) => {
    const foreign = path.join(folder, `foreign-${format}`);
    await mkdir(foreign);
    const others = Object.keys(FILES).filter((other) => other !== format);
    const checkpoint = path.join(folder, CHECKPOINT);
    for (const other of others) {
      const out = path.join(foreign, other);
      await exportCheckpoint(checkpoint, { format: other, out });
      await expect(exportCheckpoint(checkpoint, { format, out })).rejects.toThrow(
        `is not an earlier export as ${format}, so --out does not write it.`,
      );
    }
    const other = path.join(foreign, "checkpoint.safetensors");
    await copyFile(checkpoint, other);
    await expect(exportCheckpoint(checkpoint, { format, out: other })).rejects.toThrow("so --out does not");
    expect(await readFile(other)).toEqual(await readFile(checkpoint));
    const own = await run(CHECKPOINT, "--format", format, "--out", CHECKPOINT);
    expect(own.stderr).toContain(`${CHECKPOINT} is read by this command`);
  });

  it("writes to stdout, byte for byte", async () => {
    const { stdout } = await run(CHECKPOINT, "--format", "torch", "--out", "-");
    await run(CHECKPOINT, "--format", "torch");
    expect(stdout).toBe(await readFile(path.join(folder, FILES.torch ?? ""), "utf8"));
  });

  it("reads what it wrote: compressed and back, nothing lost", async () => {
    await run(CHECKPOINT, "--format", "safetensors-compressed", "--out", "small.safetensors");
    const [whole, small] = await Promise.all(
      [CHECKPOINT, "small.safetensors"].map((file) => readCheckpoint(path.join(folder, file))),
    );
    expect(small?.parameters).toEqual(whole?.parameters);
    expect(small?.masks).toEqual(whole?.masks);
    await run("small.safetensors", "--format", "safetensors", "--out", "dense.safetensors");
    const dense = await readCheckpoint(path.join(folder, "dense.safetensors"));
    expect(dense.parameters).toEqual(whole?.parameters);
    expect(dense.masks.size).toBe(0);
    const { export: kind, ...metadata } = dense.metadata;
    expect(kind).toBe("dense");
    expect(metadata).toEqual(whole?.metadata);
  });

  it("has weights that train.from reads, compressed too", async () => {
    await run(CHECKPOINT, "--format", "safetensors-compressed", "--out", "from.safetensors");
    const given = (from: string) =>
      tinyStudy(folder, {
        train: { from: path.join(folder, from) },
        prune: { methods: ["global-magnitude"], sparsities: [0.95], finetune: null },
        seeds: [0],
      });
    const of = async (from: string) =>
      (await runIn(path.join(folder, `of-${from}`), await given(from))).outcome.results.map(
        ({ baseline_loss, loss }) => ({ baseline_loss, loss }),
      );
    expect(await of("from.safetensors")).toEqual(await of(CHECKPOINT));
  });

  it.each([
    [[CHECKPOINT], "prune-lab: required option '-f, --format <format>' not specified"],
    [
      [CHECKPOINT, "--format", "onx"],
      "'onx' is no export format. Did you mean 'onnx'? Choices: safetensors, ",
    ],
    [[CHECKPOINT, "--format", "html"], "Did you mean 'web'?"],
    [["none.safetensors", "--format", "onnx"], "none.safetensors cannot be read"],
    [["results", "--format", "onnx"], "results cannot be read"],
    [["text.safetensors", "--format", "onnx"], "text.safetensors is not a whole safetensors file"],
    [["foreign.safetensors", "--format", "onnx"], "foreign.safetensors is no checkpoint of prune-lab"],
  ])("explains what is wrong with %j", async (args, message) => {
    await writeFile(path.join(folder, "text.safetensors"), "hello, world");
    const tensor = { name: "w", shape: [1], values: Float32Array.of(1) };
    await writeFile(path.join(folder, "foreign.safetensors"), encodeSafetensors([tensor]));
    const before = await readdir(folder);
    const { code, stderr, stdout } = await run(...args);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(await readdir(folder)).toEqual(before);
  });

  it("says which networks a page cannot have", async () => {
    const weights = { name: "fc1.weight", shape: [1, 3], values: Float32Array.of(1, 2, 3) };
    const layers = [{ kind: "dense", name: "fc1", inputs: 3, outputs: 1, bias: false }];
    const table = { inputShape: [3], layers, loss: "softmax-cross-entropy" };
    const write = (network: object) =>
      writeFile(
        path.join(folder, "table.safetensors"),
        encodeSafetensors([weights], { network: JSON.stringify(network) }),
      );
    await write(table);
    const images = await run("table.safetensors", "--format", "web");
    expect(images.stderr).toContain("for networks that classify gray square images; this one takes [3].");
    await write({ ...table, loss: "mean-squared-error" });
    const regression = await run("table.safetensors", "--format", "web");
    expect(regression.stderr).toContain("this one is a regression.\nFormats for any network: --format onnx");
    expect((await run("table.safetensors", "--format", "onnx")).code).toBe(0);
    expect((await run("table.safetensors", "--format", "torch")).code).toBe(0);
  });

  it("is explained by its help, with every format", async () => {
    const { stdout } = await run("--help");
    for (const { name } of exportFormats.list()) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
    expect(stdout).toContain("$ prune-lab export ");
  });
});
