import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { emnist, fromZero, upright } from "../../src/datasets/emnist.ts";
import type { IdxImages } from "../../src/datasets/formats/idx/images.ts";
import { datasetSchema, loadDataset } from "../../src/datasets/registry.ts";
import { emptyWorkingFolder, recordingContext, smallSet } from "./fixtures.ts";
import { fullSet } from "./full-sets.ts";

const full = fullSet("emnist");
const load = (options: object = {}, dataDir?: string) =>
  loadDataset(datasetSchema().parse({ name: "emnist", ...options }), recordingContext(dataDir));

const images = (labels: readonly number[]): IdxImages => {
  const half = {
    shape: [1, 2, 3],
    pixels: Uint8Array.from({ length: 6 * labels.length }, (_, i) => i),
    labels: Uint8Array.from(labels),
  };
  return { train: half, test: half, classes: Math.max(...labels) + 1, sources: [] };
};

test("images are turned over their diagonal, each on its own", () => {
  const { train, test: held } = upright(images([0, 1]));
  expect(train.shape).toEqual([1, 3, 2]);
  expect([...train.pixels]).toEqual([0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]);
  expect(held).toEqual(train);
  expect([...train.labels]).toEqual([0, 1]);
});

test("letters are labeled from 1, and counted from 0", () => {
  const { train, classes } = fromZero(images([1, 26]));
  expect([...train.labels]).toEqual([0, 25]);
  expect(classes).toBe(26);
});

describe("its files", () => {
  test("bear the split in their names, and are looked for by it", async () => {
    const folder = await emptyWorkingFolder();
    await expect(load()).rejects.toMatchObject({
      kind: "input",
      message: `No EMNIST balanced files in ${path.join("data", "emnist")}.`,
      hint: "Get them with: prune-lab data fetch emnist",
    });
    const own = path.join(folder, "data", "emnist");
    await mkdir(own, { recursive: true });
    const written = Object.entries(smallSet()).map(([role, content]) => {
      const [half, what] = role.split("-");
      const name = `emnist-letters-${half === "t10k" ? "test" : half}-${what}-idx${what === "images" ? 3 : 1}-ubyte.gz`;
      return writeFile(path.join(own, name), gzipSync(content));
    });
    await Promise.all(written);
    await expect(load()).rejects.toMatchObject({
      message: expect.stringContaining("No EMNIST balanced files"),
    });
    await expect(load({ split: "letters" })).rejects.toMatchObject({
      message: expect.stringMatching(
        /is not EMNIST letters's emnist-letters-train-images-idx3-ubyte: expected SHA-256 6288f418/,
      ),
    });
  });

  test("are twelve, four a split, checked as they were published", () => {
    expect(emnist.download.files).toHaveLength(12);
    for (const { name, checks, spellings } of emnist.download.files) {
      expect(name).toMatch(
        /^emnist-(balanced|letters|digits)-(train|test)-(images-idx3|labels-idx1)-ubyte\.gz$/,
      );
      expect({ checks, spellings }).toEqual({ checks: "file", spellings: [name] });
    }
    expect(new Set(emnist.download.files.map(({ sha256 }) => sha256)).size).toBe(12);
  });
});

test.runIf(full !== undefined)(
  "balanced has 47 classes, letters 26, digits 10 (needs its files)",
  async () => {
    for (const [split, classes, count] of [
      ["balanced", 47, 112_800],
      ["letters", 26, 124_800],
      ["digits", 10, 240_000],
    ] as const) {
      const { name, train, validation } = await load({ split }, full);
      expect(name).toBe(`emnist-${split}`);
      expect(train.count + validation.count).toBe(count);
      expect(train.targets).toMatchObject({ kind: "classes", classes });
    }
  },
);
