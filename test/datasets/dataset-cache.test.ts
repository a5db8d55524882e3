import { writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { DatasetCache } from "../../src/datasets/dataset-cache.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinyDataset } from "../support/tiny-dataset.ts";
import { tinyStudy } from "../support/tiny-study.ts";

const root = await temporaryFolder();
const context = { dataDir: undefined, notify: () => {} };
const options = (await tinyStudy(root)).dataset;
const larger = { ...options, validation: 60 };

describe("the dataset cache", () => {
  beforeEach(() => writeTinyDataset(path.join(root, "tiny-digits")));

  it("holds a dataset once for all that use it, and drops it with the last", async () => {
    const cache = new DatasetCache();
    const [first, second] = [await cache.open(options, context), await cache.open(options, context)];
    const { checksum } = first.facts;
    expect(second.facts.checksum).toBe(checksum);
    const data = await cache.load(checksum);
    expect(await cache.load(checksum)).toBe(data);
    first.release();
    first.release();
    expect(await cache.load(checksum)).toBe(data);
    second.release();
    await cache.open(options, context);
    expect(await cache.load(checksum)).not.toBe(data);
  });

  it("knows the facts of what it may not hold, and loads it when it is needed", async () => {
    const cache = new DatasetCache(1000);
    const cached = await cache.open(larger, context);
    expect(cached.facts).toMatchObject({
      shape: [1, 6, 6],
      targets: { kind: "classes", classes: 3 },
      examples: { train: 120, validation: 60, test: 60 },
    });
    const data = await cache.load(cached.facts.checksum);
    expect(data.checksum).toBe(cached.facts.checksum);
    expect(await cache.load(data.checksum)).toBe(data);
  });

  it("refuses data that changed between planning and running", async () => {
    const cache = new DatasetCache(0);
    const { reference } = await cache.open(options, context);
    const labels = path.join(root, "tiny-digits", "t10k-labels-idx1-ubyte");
    const header = Buffer.from([0, 0, 8, 1, 0, 0, 0, 60]);
    await writeFile(labels, Buffer.concat([header, Buffer.alloc(60, 1)]));
    await expect(cache.load(reference.checksum)).rejects.toThrow("changed while the sweep ran");
  });
});
