import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { IdxRole } from "../../src/datasets/formats/idx/files.ts";
import { datasetSchema, loadDataset } from "../../src/datasets/registry.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import {
  cyclicLabels,
  emptyWorkingFolder,
  encodeExamples,
  encodeIdx,
  recordingContext,
  smallSet,
  writeSet,
} from "./fixtures.ts";

function load(options: object, dataDir?: string) {
  return loadDataset(
    datasetSchema().parse({ name: "idx", validation: 6, ...options }),
    recordingContext(dataDir),
  );
}

describe("a folder of IDX files", () => {
  test("becomes training, validation and test examples", async () => {
    const folder = path.join(await temporaryFolder(), "shapes");
    await writeSet(folder, smallSet());
    const dataset = await load({ path: folder });
    expect(dataset.name).toBe("shapes");
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([24, 6, 12]);
    expect(dataset.train.shape).toEqual([1, 2, 3]);
    expect(dataset.test.targets).toEqual({ kind: "classes", labels: cyclicLabels(12), classes: 3 });
    expect(dataset.sources.map(({ file }) => path.basename(file))).toEqual([
      "train-images-idx3-ubyte",
      "train-labels-idx1-ubyte.gz",
      "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte.gz",
    ]);
  });

  test("is looked for in the data folders, then in the working folder", async () => {
    const working = await emptyWorkingFolder();
    await writeSet(path.join(working, "sets", "shapes"), smallSet());
    for (const dataset of [
      load({ path: "sets/shapes" }),
      load({ path: "shapes" }, "sets"),
      load({ path: path.join(working, "sets", "shapes") }),
    ]) {
      expect((await dataset).name).toBe("shapes");
    }
    await expect(load({ path: "shapes" })).rejects.toThrow(
      `dataset.path: there is no folder ${path.join("data", "shapes")} or shapes.`,
    );
    vi.stubEnv("PRUNE_LAB_DATA", "sets");
    expect((await load({ path: "shapes", label: "forms" })).name).toBe("forms");
  });

  test("needs a label when its own name cannot stand in a table", async () => {
    const folder = path.join(await temporaryFolder(), "a, b");
    await writeSet(folder, smallSet());
    await expect(load({ path: folder })).rejects.toMatchObject({ kind: "input", hint: "Set dataset.label" });
    expect(() => load({ path: folder, label: "../x" })).toThrow("letters, digits");
  });
});

const errors: [string, Partial<Record<IdxRole, Uint8Array>>, string][] = [
  [
    "labels and images of different length",
    { "train-labels": encodeIdx([29], cyclicLabels(29)) },
    "has 29 labels for the 30 images of",
  ],
  ["a truncated file", { "t10k-images": smallSet()["t10k-images"].subarray(0, 50) }, "is truncated"],
  ["images of two sizes", { "t10k-images": encodeExamples(12, { height: 3 }).images }, "are 2x3, those in"],
  [
    "a test label that training never shows",
    { "t10k-labels": encodeExamples(12, { classes: 4 }).labels },
    "has the label 3; the training labels end at 2",
  ],
  [
    "a single class",
    { "train-labels": encodeIdx([30], new Uint8Array(30)) },
    "are 0: there is nothing to tell apart",
  ],
];

describe("refuses with a message of its own", () => {
  test.each(errors)("%s", async (_what, replaced, message) => {
    const folder = await temporaryFolder();
    await writeSet(folder, smallSet(replaced));
    await expect(load({ path: folder })).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining(message),
    });
  });

  test("missing files", async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, "train-images-idx3-ubyte"), "");
    await expect(load({ path: folder })).rejects.toThrow(
      `${folder} lacks train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte`,
    );
  });

  test("a validation set that leaves nothing to train on", async () => {
    const folder = await temporaryFolder();
    await writeSet(folder, smallSet());
    await expect(load({ path: folder, validation: 30 })).rejects.toThrow("dataset.validation is 30");
  });
});
