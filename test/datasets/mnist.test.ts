import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test, vi } from "vitest";
import { readBundledDigits } from "../../src/datasets/bundled-digits.ts";
import type { Dataset } from "../../src/datasets/dataset.ts";
import { findIdxFiles, isComplete } from "../../src/datasets/formats/idx/files.ts";
import { readIdxImages } from "../../src/datasets/formats/idx/images.ts";
import { datasetSchema, loadDataset } from "../../src/datasets/registry.ts";
import type { ExampleSet } from "../../src/engines/examples.ts";
import { sha256 } from "../../src/foundations/hash.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { emptyWorkingFolder, recordingContext, smallSet, writeSet } from "./fixtures.ts";
import { fullSet } from "./full-sets.ts";

const fullMnist = fullSet("mnist");

function load(options: object = {}, context = recordingContext()): Promise<Dataset> {
  return loadDataset(datasetSchema().parse({ name: "mnist", ...options }), context);
}

function labelsOf({ targets }: ExampleSet): Uint8Array {
  if (targets.kind !== "classes") throw new Error("expected class labels");
  return targets.labels;
}

function classCounts(examples: ExampleSet): number[] {
  return Array.from(
    { length: 10 },
    (_, digit) => labelsOf(examples).filter((label) => label === digit).length,
  );
}

/** SHA-256 of each image with its label, sorted. */
function fingerprints(...sets: ExampleSet[]): string[] {
  return sets
    .flatMap((set) =>
      Array.from(labelsOf(set), (label, index) =>
        sha256(Uint8Array.of(label, ...set.inputs.values.subarray(index * 784, (index + 1) * 784))),
      ),
    )
    .sort();
}

/** The fraction of neighbors of one class: about 0.1 in mixed order, almost 1 in order of class. */
function neighborsAlike(examples: ExampleSet): number {
  const labels = labelsOf(examples);
  return labels.filter((label, index) => label === labels[index + 1]).length / labels.length;
}

describe("mnist-10k, the bundled digits", () => {
  test("are split 8,000/1,000/1,000, each in proportion and mixed", async () => {
    const dataset = await load({ source: "bundled" });
    const parts = [dataset.train, dataset.validation, dataset.test];
    expect(dataset.name).toBe("mnist-10k");
    expect(parts.map(({ count }) => count)).toEqual([8000, 1000, 1000]);
    const totals = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978];
    for (const part of parts) {
      expect(part.shape).toEqual([1, 28, 28]);
      classCounts(part).forEach((count, digit) => {
        expect(Math.abs(count - ((totals[digit] ?? 0) * part.count) / 10_000)).toBeLessThan(2);
      });
      expect(neighborsAlike(part)).toBeGreaterThan(0.06);
      expect(neighborsAlike(part)).toBeLessThan(0.14);
    }
  });

  test("no image is in two parts, and none is lost", async () => {
    const { train, validation, test: held } = await load({ source: "bundled" });
    const all = fingerprints(train, validation, held);
    expect(new Set(all).size).toBe(10_000);
  });

  test("the split is fixed, and the test set whatever is held out", async () => {
    const dataset = await load({ source: "bundled" });
    expect(dataset.checksum).toBe("a2977b61075828a612aea8b0f640fa4a87bc4508b613aecf293f662cc8506c1e");
    const without = await load({ source: "bundled", validation: 0 });
    expect([without.train.count, without.validation.count]).toEqual([9000, 0]);
    expect(fingerprints(without.test)).toEqual(fingerprints(dataset.test));
    expect(without.checksum).not.toBe(dataset.checksum);
    await expect(load({ source: "bundled", validation: 9000 })).rejects.toThrow("there are 9000 in all");
  });

  test("stand in for the full set with a notice that says how to get it", async () => {
    await emptyWorkingFolder();
    const context = recordingContext();
    expect((await load({}, context)).name).toBe("mnist-10k");
    expect(context.notices).toEqual([expect.stringMatching(/mnist-10k.*prune-lab data fetch mnist/)]);
    const chosen = recordingContext();
    await load({ source: "bundled" }, chosen);
    expect(chosen.notices).toEqual([]);
  });
});

describe("when files are asked for", () => {
  test("a --data-dir without them is an error", async () => {
    await emptyWorkingFolder();
    const folder = await temporaryFolder();
    await expect(load({}, recordingContext(folder))).rejects.toMatchObject({
      kind: "input",
      message: `No MNIST files in ${path.join(folder, "mnist")}.`,
      hint: expect.stringContaining(`prune-lab data fetch mnist --data-dir ${folder}`),
    });
    await expect(load({ source: "files" })).rejects.toThrow(
      `No MNIST files in ${path.join("data", "mnist")}.`,
    );
  });

  test("PRUNE_LAB_DATA may hold other datasets only, but must be a folder", async () => {
    await emptyWorkingFolder();
    vi.stubEnv("PRUNE_LAB_DATA", await temporaryFolder());
    expect((await load()).name).toBe("mnist-10k");
    vi.stubEnv("PRUNE_LAB_DATA", "absent");
    await expect(load()).rejects.toThrow("PRUNE_LAB_DATA is 'absent', which is not a folder");
  });

  test("some of the files without the others are an error", async () => {
    const working = await emptyWorkingFolder();
    const { "train-images": images, "train-labels": labels } = smallSet();
    await writeSet(path.join(working, "data", "mnist"), { "train-images": images, "train-labels": labels });
    await expect(load()).rejects.toThrow(
      "lacks some of MNIST's files: t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte",
    );
  });

  test("other data under MNIST's names is an error that names file and checksums", async () => {
    const folder = await temporaryFolder();
    await writeSet(folder, smallSet());
    await expect(load({}, recordingContext(folder))).rejects.toMatchObject({
      kind: "input",
      message: expect.stringMatching(
        /train-images-idx3-ubyte is not MNIST's train-images-idx3-ubyte: expected SHA-256 ba891046\w+, got \w{64}/,
      ),
      hint: expect.stringContaining("name: idx"),
    });
    await writeFile(path.join(folder, "train-images-idx3-ubyte"), smallSet()["train-images"].subarray(0, 99));
    await expect(load({}, recordingContext(folder))).rejects.toThrow("is truncated");
  });
});

describe.runIf(fullMnist !== undefined)("the full set (needs its files)", () => {
  test("55,000/5,000/10,000, stratified, fixed", async () => {
    const dataset = await load({ source: "files" }, recordingContext(fullMnist));
    expect(dataset.name).toBe("mnist");
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([
      55_000, 5000, 10_000,
    ]);
    const totals = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
    classCounts(dataset.validation).forEach((count, digit) => {
      expect(Math.abs(count - (totals[digit] ?? 0) / 12)).toBeLessThan(2);
    });
    expect([...labelsOf(dataset.test).subarray(0, 8)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
    expect(dataset.checksum).toBe("85b7f4ac4756a199df28b03aadadad10a6c367a8302f751cfbf9be9087c14986");
    const scaled = await load({ normalize: { mean: 0.1307, std: 0.3081 } }, recordingContext(fullMnist));
    expect(scaled.checksum).not.toBe(dataset.checksum);
  });

  test("the bundled digits are its first 10,000 training images", async () => {
    const { images } = await readBundledDigits();
    const files = await findIdxFiles(fullMnist ?? "");
    if (!isComplete(files)) throw new Error(`${fullMnist} lacks some files`);
    const { train: full } = await readIdxImages(files);
    const labels = full.labels.subarray(0, 10_000);
    const byDigit = Array.from(labels.keys()).sort((a, b) => (labels[a] ?? 0) - (labels[b] ?? 0) || a - b);
    expect(images.labels).toEqual(Uint8Array.from(byDigit, (index) => labels[index] ?? 0));
    const expected = new Uint8Array(10_000 * 784);
    byDigit.forEach((index, at) =>
      expected.set(full.pixels.subarray(index * 784, (index + 1) * 784), at * 784),
    );
    expect(sha256(images.pixels)).toBe(sha256(expected));
  });
});
