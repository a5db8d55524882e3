import { readFile, rename, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import * as yaml from "yaml";
import { fullSet } from "../datasets/full-sets.ts";
import { runInProcess } from "../support/in-process.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinyConfig } from "../support/tiny-config.ts";
import { writeTinyDataset } from "../support/tiny-dataset.ts";

const folder = await temporaryFolder();
const cli = (...args: string[]) => runInProcess(args, { cwd: folder, env: { PRUNE_LAB_DATA: "" } });
const recorded = async (out: string) =>
  yaml.parse(await readFile(path.join(folder, out, "config.yaml"), "utf8"));

const QUICK = [
  "train.epochs=1",
  "prune.finetune=null",
  "prune.sparsities=[0]",
  "seeds=[0]",
  "model.hidden=[4]",
];
const quick = QUICK.flatMap((text) => ["--set", text]);
const fullMnist = fullSet("mnist");

describe("the recorded config", () => {
  test("names the data and the engine that were taken, and continues the folder it lies in", async () => {
    expect(
      (await cli("sweep", "--no-charts", "--config", "mnist-mlp", ...quick, "--out", "a", "--quiet")).code,
    ).toBe(0);
    const { dataset, engine } = await recorded("a");
    expect(dataset).toEqual({
      name: "mnist",
      source: "bundled",
      validation: 1000,
      normalize: "unit",
      checksum: "a2977b61075828a612aea8b0f640fa4a87bc4508b613aecf293f662cc8506c1e",
    });
    expect(engine).toMatch(/^kernels-(native|wasm)$/);

    const before = await filesOf(path.join(folder, "a"));
    for (const config of ["mnist-mlp", "a/config.yaml"]) {
      const again = await cli("sweep", "--no-charts", "--config", config, ...quick, "--out", "a", "--json");
      expect(again.code).toBe(0);
      expect(again.stdout).not.toContain("run-finished");
      expect(await filesOf(path.join(folder, "a"))).toEqual(before);
    }
    expect(
      (await cli("sweep", "--no-charts", "--config", "a/config.yaml", "--out", "b", "--quiet")).code,
    ).toBe(0);
    expect(await filesOf(path.join(folder, "b"))).toEqual(before);
  });

  test.runIf(fullMnist !== undefined)(
    "asks for the files where the files were taken (needs them): no other data, whatever is there",
    async () => {
      await symlink(fullMnist ?? "", path.join(folder, "data"));
      expect(
        (await cli("sweep", "--no-charts", "--config", "mnist-mlp", ...quick, "--out", "full", "--quiet"))
          .code,
      ).toBe(0);
      expect((await recorded("full")).dataset).toMatchObject({ source: "files", validation: 5000 });
      await rm(path.join(folder, "data"));
      const { code, stderr } = await cli(
        "sweep",
        "--no-charts",
        "--config",
        "full/config.yaml",
        "--out",
        "again",
      );
      expect(code).toBe(2);
      expect(stderr).toContain("No MNIST files in data/mnist.");
      expect(stderr).toContain("prune-lab data fetch mnist");
    },
  );

  test("refuses other examples under the same names, and a split that was changed", async () => {
    await writeTinyConfig(folder);
    expect((await cli("sweep", "--no-charts", "--config", "tiny", "--out", "tiny", "--quiet")).code).toBe(0);
    const rerun = (...args: string[]) =>
      cli("sweep", "--no-charts", "--config", "tiny/config.yaml", "--out", "other", ...args);
    const split = await rerun("--set", "dataset.validation=40");
    expect(split.code).toBe(2);
    expect(split.stderr).toMatch(/examples of tiny-digits that are here are not those of dataset\.checksum/);

    await rename(path.join(folder, "tiny-digits"), path.join(folder, "tiny-digits-before"));
    await writeTinyDataset(path.join(folder, "tiny-digits"), { train: 150, test: 60 });
    const files = await rerun();
    expect(files.code).toBe(2);
    expect(files.stderr).toContain(
      "To take what is here, and get other figures: --set dataset.checksum=null",
    );
    expect((await rerun("--set", "dataset.checksum=null", "--quiet")).code).toBe(0);
  });
});
