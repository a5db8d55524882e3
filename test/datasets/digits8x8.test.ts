import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { datasetSchema, loadDataset } from "../../src/datasets/registry.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { recordingContext } from "./fixtures.ts";
import { fullSet } from "./full-sets.ts";

const folder = fullSet("digits8x8");

const load = (dataDir: string) =>
  loadDataset(datasetSchema().parse({ name: "digits8x8" }), recordingContext(dataDir));

test("is never other data under its file's name", async () => {
  const other = await temporaryFolder();
  await writeFile(path.join(other, "digits.csv"), "0,1,2\n");
  await expect(load(other)).rejects.toMatchObject({
    kind: "input",
    message: expect.stringContaining("is not scikit-learn's digits.csv"),
    hint: expect.stringContaining("name: table"),
  });
});

describe.runIf(folder !== undefined)("scikit-learn's digits (needs their file)", () => {
  test("are 1,797 images of 8x8 with values from 0 to 1", async () => {
    const dataset = await load(folder ?? "");
    const { train, validation, test: tested } = dataset;
    expect([train.count, validation.count, tested.count]).toEqual([1257, 180, 360]);
    expect(train.shape).toEqual([1, 8, 8]);
    expect(Math.max(...train.inputs.values)).toBe(16);
    expect(train.inputs).toMatchObject({ kind: "bytes", scale: 1 / 16, offset: 0 });
    // Of each digit, 174 to 183 images: numpy.bincount(load_digits().target).
    const counts = new Array<number>(10).fill(0);
    for (const { targets } of [train, validation, tested]) {
      if (targets.kind !== "classes") throw new Error("expected classes");
      for (const label of targets.labels) counts[label] = (counts[label] ?? 0) + 1;
    }
    expect(counts).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    expect(dataset.checksum).toBe("a1ada6130a454b7651379ac1c48296e3e569ffe4484cea1229896bbd636dc6f4");
  });

  test("are the same compressed and plain", async () => {
    const plain = await temporaryFolder();
    const content = gunzipSync(await readFile(path.join(folder ?? "", "digits.csv.gz")));
    await writeFile(path.join(plain, "digits.csv"), content);
    expect((await load(plain)).checksum).toBe((await load(folder ?? "")).checksum);
    await writeFile(path.join(plain, "digits.csv"), gzipSync(content));
    expect((await load(plain)).checksum).toBe((await load(folder ?? "")).checksum);
  });
});
