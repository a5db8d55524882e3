import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { createFolder } from "../../src/foundations/create-folder.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = await temporaryFolder();

test("a folder is created with those that it lies in, by several at once", async () => {
  const folder = path.join(root, "a", "b", "c");
  await Promise.all([
    createFolder(folder),
    createFolder(folder),
    createFolder(path.join(root, "a", "b", "d")),
  ]);
  await createFolder(folder);
  expect((await readdir(path.join(root, "a", "b"))).sort()).toEqual(["c", "d"]);
});

test("a file in the way is an error", async () => {
  await writeFile(path.join(root, "file"), "");
  await expect(createFolder(path.join(root, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(createFolder(path.join(root, "file", "inner"))).rejects.toThrow();
});

test.skipIf(!existsSync("/proc/self"))(
  "where the system lets no folder be, it ends (needs /proc)",
  async () => {
    await expect(createFolder("/proc/prune-lab/inner")).rejects.toMatchObject({ code: "ENOENT" });
  },
);
