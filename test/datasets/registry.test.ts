import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { type DatasetOptions, datasetSchema, datasets, loadDataset } from "../../src/datasets/registry.ts";
import type { ExampleSet } from "../../src/engines/examples.ts";
import { sha256 } from "../../src/foundations/hash.ts";
import { packageRoot } from "../../src/foundations/paths.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { recordingContext, smallSet, writeSet } from "./fixtures.ts";
import { fullSet } from "./full-sets.ts";

describe("datasetSchema", () => {
  test("fills in the defaults", () => {
    expect(datasetSchema().parse({ name: "mnist" })).toEqual({
      name: "mnist",
      source: "auto",
      validation: null,
      normalize: "unit",
      checksum: null,
    });
    expect(datasetSchema().parse({ name: "idx", path: "x" })).toEqual({
      name: "idx",
      path: "x",
      label: null,
      validation: 5000,
      normalize: "unit",
      checksum: null,
    });
  });

  test.each([
    { name: "mnits" },
    { name: "mnist", path: "x" },
    { name: "mnist", validation: -1 },
    { name: "mnist", validation: 2.5 },
    { name: "idx" },
    { name: "mnist", checksum: "abc" },
  ])("refuses %j", (value) => {
    expect(datasetSchema().safeParse(value).success).toBe(false);
  });
});

describe.each(datasets.list().map((entry) => [entry.name, entry] as const))("%s", (name, entry) => {
  const { summary, options, resultNames } = entry;
  test("describes itself and its options", () => {
    expect(summary).toMatch(/\w.*\.$/);
    const { properties = {} } = z.toJSONSchema(options);
    for (const property of Object.values(properties)) {
      expect(property).toMatchObject({ description: expect.stringMatching(/\w/) });
    }
  });

  test("has a row on the page of datasets for each name in results", () => {
    const page = readFileSync(path.join(packageRoot, "docs", "datasets.md"), "utf8");
    const rows = page.split("\n").filter((line) => line.startsWith(`| \`${name}\` |`));
    expect(rows).toHaveLength(Math.max(1, resultNames.length));
    resultNames.forEach((own, i) => expect(rows[i]).toContain(`| \`${name}\` | \`${own}\` |`));
  });
});

test.each(datasets.list().flatMap(({ name, resultNames }) => resultNames.map((own) => [own, name] as const)))(
  "no other data may be called %s in results",
  async (own, name) => {
    const owners = datasets.list().filter(({ resultNames }) => resultNames.includes(own));
    expect(owners.map((entry) => entry.name)).toEqual([name]);
    for (const label of [own, own.toUpperCase()]) {
      const folder = path.join(await temporaryFolder(), label);
      await writeSet(folder, smallSet());
      const load = (changes: object) =>
        loadDataset(
          datasetSchema().parse({ name: "idx", path: folder, validation: 6, ...changes }),
          recordingContext(),
        );
      await expect(load({})).rejects.toMatchObject({
        kind: "input",
        message: `The name '${label}' in results is reserved for the dataset ${name}.`,
        hint: `Set dataset.label to another name, or dataset: { name: ${name} } if this is its data`,
      });
      expect((await load({ label: "my-own" })).name).toBe("my-own");
    }
  },
);

/** Of the inputs: millions of values are not compared one by one. */
const digest = ({ inputs }: ExampleSet) => sha256(new Uint8Array(inputs.values.buffer));

const downloadable = datasets.list().flatMap(({ name, resultNames, download }) => {
  return download === undefined ? [] : [[name, { resultNames, download, full: fullSet(name) }] as const];
});

describe.each(downloadable)("%s, which can be downloaded", (name, { resultNames, download, full }) => {
  // Every dataset that can be downloaded has to do with its defaults, as doctor takes them; texts with any model's folder.
  const modelFolder = path.resolve("test/fixtures/bert-tokenizer");
  const load = (dataDir: string, changes: object = {}) =>
    loadDataset(datasetSchema().parse({ name, ...changes }) as DatasetOptions, {
      ...recordingContext(dataDir),
      modelFolder,
    });

  test("names its mirrors by https, or by http where another has https, and its files by checksum", () => {
    expect(download.mirrors[0]).toMatch(/^https:/);
    for (const mirror of download.mirrors) expect(mirror).toMatch(/^https?:\/\/\S+\/$/);
    for (const file of download.files) {
      expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(file.spellings).toContain(file.name);
    }
  });

  test("is an error without its files, with the command that gets them", async () => {
    const folder = await temporaryFolder();
    await expect(load(folder)).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining(path.join(folder, name)),
      hint: expect.stringContaining(`prune-lab data fetch ${name} --data-dir ${folder}`),
    });
  });

  test("is never other data under its files' names", async () => {
    const folder = await temporaryFolder();
    for (const file of download.files) await writeFile(path.join(folder, file.name), "other data");
    await expect(load(folder)).rejects.toMatchObject({
      kind: "input",
      // They are read at the same time: any may be the first to fail.
      message: expect.stringMatching(download.files.map(({ name }) => name.replaceAll(".", "\\.")).join("|")),
    });
  });

  test.runIf(full !== undefined)(
    "is what its checksums say, split the same each time (needs its files)",
    async () => {
      const [dataset, again] = [await load(full ?? ""), await load(full ?? "")];
      expect(resultNames).toContain(dataset.name);
      expect(dataset.sources.map(({ sha256 }) => sha256).sort()).toEqual(
        download.files.map(({ sha256 }) => sha256).sort(),
      );
      expect(again.checksum).toBe(dataset.checksum);
      const other = await load(full ?? "", { validation: 100 });
      expect(other.validation.count).toBe(100);
      expect(other.checksum).not.toBe(dataset.checksum);
      expect(digest(other.test)).toBe(digest(dataset.test));
      expect(other.train.count + 100).toBe(dataset.train.count + dataset.validation.count);
    },
  );
});
