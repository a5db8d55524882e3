import { existsSync } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { datasetSchema, loadDataset } from "../../src/datasets/registry.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { recordingContext } from "./fixtures.ts";
import { fullSet } from "./full-sets.ts";

const vocabulary = path.resolve("test/fixtures/bert-tokenizer");
const load = (dataDir: string, options = {}) =>
  loadDataset(
    datasetSchema().parse({ name: "sst2", tokenizer: vocabulary, ...options }),
    recordingContext(dataDir),
  );

test("says where its files are missing, and the command that gets them", async () => {
  const data = await temporaryFolder();
  await expect(load(data)).rejects.toMatchObject({
    kind: "input",
    message: `There is no ${path.join(data, "sst2", "dev.tsv")}.`,
    hint: expect.stringContaining("prune-lab data fetch sst2"),
  });
});

test("is never other sentences under its files' names", async () => {
  const data = await temporaryFolder();
  await mkdir(path.join(data, "SST-2"));
  await writeFile(path.join(data, "SST-2", "dev.tsv"), "sentence\tlabel\ngood\t1\n");
  await expect(load(data)).rejects.toMatchObject({
    kind: "input",
    message: expect.stringMatching(/SST-2\/dev\.tsv is not SST-2's dev\.tsv: expected SHA-256 54a9c12c/),
    hint: expect.stringContaining("name: text"),
  });
});

const dev = [process.env.PRUNE_LAB_DATA ?? "", "../shared/data", "data"]
  .filter((folder) => folder !== "")
  .map((folder) => path.resolve(folder, "sst2", "dev.tsv"))
  .find((file) => existsSync(file));
if (dev === undefined) console.warn("SST-2's dev.tsv is not here: its tests are left out.");

test.runIf(dev !== undefined)(
  "has 872 test sentences, and needs no others where nothing is trained",
  async () => {
    const data = await temporaryFolder();
    await mkdir(path.join(data, "sst2"));
    await copyFile(dev ?? "", path.join(data, "sst2", "dev.tsv"));
    const { name, train, test: tested } = await load(data, { train: false });
    expect([name, train.count, tested.count]).toEqual(["sst2", 0, 872]);
    if (tested.targets.kind !== "classes") throw new Error("no classes");
    expect(tested.targets.labels.reduce((sum, label) => sum + label, 0)).toBe(444);
    expect((await load(data, { train: false, limit: 500 })).name).toBe("sst2-first-500");
    await expect(load(data)).rejects.toThrow(/There is no .*train\.tsv/);
  },
);

const full = fullSet("sst2");

describe.runIf(full !== undefined)("all of it (needs its files)", () => {
  test("has 67,349 phrases, none of which is a test sentence", async () => {
    const context = recordingContext(full);
    const options = datasetSchema().parse({ name: "sst2", tokenizer: vocabulary, validation: 1000 });
    const { train, validation } = await loadDataset(options, context);
    expect([train.count, validation.count]).toEqual([66_349, 1000]);
  });
});
