import path from "node:path";
import { expect, test } from "vitest";
import { datasetSchema, loadDataset } from "../../src/datasets/registry.ts";
import { emptyWorkingFolder, recordingContext, smallSet, writeSet } from "./fixtures.ts";
import { fullSet } from "./full-sets.ts";

const full = fullSet("kmnist");
const load = (dataDir?: string) =>
  loadDataset(datasetSchema().parse({ name: "kmnist" }), recordingContext(dataDir));

test("is known by its published gzip files, and by no others", async () => {
  const folder = await emptyWorkingFolder();
  await expect(load()).rejects.toMatchObject({
    kind: "input",
    message: `No KMNIST files in ${path.join("data", "kmnist")}.`,
    hint: "Get them with: prune-lab data fetch kmnist",
  });
  const own = path.join(folder, "data", "kmnist");
  // Every second file is compressed: the others cannot be told.
  await writeSet(own, smallSet());
  await expect(load()).rejects.toMatchObject({
    message: expect.stringMatching(
      /lacks some of KMNIST's files: train-images-idx3-ubyte, t10k-images-idx3-ubyte/,
    ),
  });
});

test.runIf(full !== undefined)("55,000/5,000/10,000, 10 classes (needs its files)", async () => {
  const { name, train, validation, test: held } = await load(full);
  expect(name).toBe("kmnist");
  expect([train.count, validation.count, held.count]).toEqual([55_000, 5000, 10_000]);
});
