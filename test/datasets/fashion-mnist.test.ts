import path from "node:path";
import { expect, test } from "vitest";
import { datasetSchema, loadDataset } from "../../src/datasets/registry.ts";
import { emptyWorkingFolder, recordingContext, smallSet, writeSet } from "./fixtures.ts";
import { fullSet } from "./full-sets.ts";

const full = fullSet("fashion-mnist");
const load = (dataDir?: string) =>
  loadDataset(datasetSchema().parse({ name: "fashion-mnist" }), recordingContext(dataDir));

test("has no other data to fall back on", async () => {
  const folder = await emptyWorkingFolder();
  await expect(load()).rejects.toMatchObject({
    kind: "input",
    message: `No Fashion-MNIST files in ${path.join("data", "fashion-mnist")}.`,
    hint: "Get them with: prune-lab data fetch fashion-mnist",
  });
  await writeSet(path.join(folder, "data", "fashion-mnist"), smallSet());
  await expect(load()).rejects.toMatchObject({
    message: expect.stringMatching(
      /is not Fashion-MNIST's train-images-idx3-ubyte: expected SHA-256 c59f468a/,
    ),
    hint: "For other data in this format set dataset: { name: idx, path: FOLDER }",
  });
});

test.runIf(full !== undefined)("55,000/5,000/10,000, stratified, fixed (needs its files)", async () => {
  const { train, validation, test: held, ...dataset } = await load(full);
  expect(dataset.name).toBe("fashion-mnist");
  expect(dataset.checksum).toBe("8267473ac062e8186ecb82d2a643c797db5ee2b18b8a9b70605c645be75dd74f");
  expect([train.count, validation.count, held.count]).toEqual([55_000, 5000, 10_000]);
  // 6,000 training images of each class.
  const { targets } = validation;
  const labels = targets.kind === "classes" ? [...targets.labels] : [];
  for (let label = 0; label < 10; label++) {
    expect(labels.filter((other) => other === label)).toHaveLength(500);
  }
  expect(held.targets.kind === "classes" && [...held.targets.labels.subarray(0, 8)]).toEqual([
    9, 2, 1, 1, 6, 1, 4, 6,
  ]);
});
