import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { idxHeader } from "../../../../src/datasets/formats/idx/array.ts";
import {
  findIdxFiles,
  idxRoleNames,
  isComplete,
  missingFiles,
  readIdxFile,
  spellings,
} from "../../../../src/datasets/formats/idx/files.ts";
import { readUncompressed } from "../../../../src/datasets/uncompressed.ts";
import { sha256 } from "../../../../src/foundations/hash.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { encodeIdx, smallSet, writeSet } from "../../fixtures.ts";

describe("findIdxFiles", () => {
  test("finds any mixture of plain and compressed files", async () => {
    const folder = await temporaryFolder();
    await writeSet(folder, smallSet());
    const files = await findIdxFiles(folder);
    expect(isComplete(files)).toBe(true);
    expect(files["train-labels"]).toBe(path.join(folder, "train-labels-idx1-ubyte.gz"));
    expect(files["t10k-images"]).toBe(path.join(folder, "t10k-images-idx3-ubyte"));
  });

  test.each(idxRoleNames)("finds %s under each of its names", async (role) => {
    expect(spellings(role)).toHaveLength(4);
    for (const name of spellings(role)) {
      const folder = await temporaryFolder();
      await writeFile(path.join(folder, name), "");
      expect(await findIdxFiles(folder)).toEqual({ [role]: path.join(folder, name) });
    }
  });

  test("takes no folder for a file, and says what is missing", async () => {
    const folder = await temporaryFolder();
    await mkdir(path.join(folder, "train-images-idx3-ubyte"));
    expect(missingFiles(await findIdxFiles(folder))).toContain("train-images-idx3-ubyte");
    expect(await findIdxFiles(path.join(folder, "absent"))).toEqual({});
  });
});

describe("reading", () => {
  test("the checksum is that of the uncompressed bytes", async () => {
    const folder = await temporaryFolder();
    const bytes = encodeIdx([3], Uint8Array.of(1, 2, 3));
    await writeFile(path.join(folder, "plain"), bytes);
    await writeFile(path.join(folder, "fast"), gzipSync(bytes, { level: 1 }));
    await writeFile(path.join(folder, "best"), gzipSync(bytes, { level: 9 }));
    for (const name of ["plain", "fast", "best"]) {
      const read = await readIdxFile(path.join(folder, name), "train-labels");
      expect(read).toMatchObject({ shape: [3], sha256: sha256(bytes) });
      expect([...read.values]).toEqual([1, 2, 3]);
    }
  });

  test("names a damaged or absent file", async () => {
    const file = path.join(await temporaryFolder(), "x.gz");
    await expect(readUncompressed(file, idxHeader(file, 3))).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining(`Cannot read ${file}`),
    });
    await writeFile(
      file,
      gzipSync(Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 9)).subarray(0, 20),
    );
    await expect(readUncompressed(file, idxHeader(file, 3))).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining(`${file} is a damaged or incomplete gzip file`),
    });
  });
});
