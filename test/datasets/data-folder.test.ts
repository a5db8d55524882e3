import { mkdir } from "node:fs/promises";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { dataFolders, datasetFolder, existingDataFolders } from "../../src/datasets/data-folder.ts";
import { idxRoleNames, spellings } from "../../src/datasets/formats/idx/files.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { emptyWorkingFolder, smallSet, writeSet } from "./fixtures.ts";

test("--data-dir comes alone; PRUNE_LAB_DATA before data", async () => {
  await emptyWorkingFolder();
  expect(dataFolders(undefined)).toEqual(["data"]);
  vi.stubEnv("PRUNE_LAB_DATA", "/sets");
  expect(dataFolders(undefined)).toEqual(["/sets", "data"]);
  expect(dataFolders("here")).toEqual(["here"]);
});

test("a folder that the user named must be there, the default one need not", async () => {
  await emptyWorkingFolder();
  expect(await existingDataFolders(undefined)).toEqual(["data"]);
  await expect(existingDataFolders("absent")).rejects.toThrow(
    "--data-dir is 'absent', which is not a folder.",
  );
  await expect(existingDataFolders("")).rejects.toThrow("--data-dir is ''");
  vi.stubEnv("PRUNE_LAB_DATA", "gone");
  await expect(existingDataFolders(undefined)).rejects.toThrow("PRUNE_LAB_DATA is 'gone'");
});

test("a dataset lives in its subfolder, or in the data folder itself", async () => {
  const data = await temporaryFolder();
  const names = idxRoleNames.flatMap(spellings);
  const subfolder = path.join(data, "mnist");
  expect(await datasetFolder(data, "mnist", names)).toBe(subfolder);
  await mkdir(subfolder);
  expect(await datasetFolder(subfolder, "mnist", names)).toBe(subfolder);
  await writeSet(data, smallSet());
  expect(await datasetFolder(data, "mnist", names)).toBe(data);
  await writeSet(subfolder, smallSet());
  expect(await datasetFolder(data, "mnist", names)).toBe(subfolder);
});

test.each([
  ["mnist", "MNIST/raw"],
  ["fashion-mnist", "FashionMNIST/raw"],
  ["mnist", "MNIST"],
])("%s is found where torchvision lays it: %s", async (name, inner) => {
  const data = await temporaryFolder();
  const names = idxRoleNames.flatMap(spellings);
  // Another dataset's files right in the data folder do not stand for it.
  await writeSet(data, smallSet());
  const folder = path.join(data, inner);
  await mkdir(folder, { recursive: true });
  await writeSet(folder, smallSet());
  expect(await datasetFolder(data, name, names)).toBe(folder);
  const [outer = ""] = inner.split("/");
  expect(await datasetFolder(path.join(data, outer), name, names)).toBe(folder);
});
