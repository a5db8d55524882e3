import { existsSync } from "node:fs";
import { mkdtemp, readdir, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { createFolder, createFolderSync } from "../../src/foundations/create-folder.ts";
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

test("at once, too", async () => {
  const folder = path.join(root, "at", "once");
  createFolderSync(folder);
  createFolderSync(folder);
  expect((await stat(folder)).isDirectory()).toBe(true);
  await writeFile(path.join(root, "a-file"), "");
  expect(() => createFolderSync(path.join(root, "a-file", "in it"))).toThrow(/ENOTDIR/);
});

test.skipIf(process.platform === "win32")(
  "gives the folders it makes the wanted mode, whatever the umask",
  async () => {
    const top = await mkdtemp(path.join(root, "top-"));
    const before = process.umask(0);
    try {
      await createFolder(path.join(top, "a", "b"), 0o700);
    } finally {
      process.umask(before);
    }
    for (const name of ["a", "a/b"]) expect((await stat(path.join(top, name))).mode & 0o777).toBe(0o700);
  },
);

test("a file in the way and a link to nowhere are told", async () => {
  const top = await mkdtemp(path.join(root, "top-"));
  await writeFile(path.join(top, "file"), "");
  await symlink("nowhere", path.join(top, "link"));
  await expect(createFolder(path.join(top, "file", "a"))).rejects.toMatchObject({ code: "ENOTDIR" });
  await expect(createFolder(path.join(top, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(createFolder(path.join(top, "link"))).rejects.toMatchObject({ code: "EEXIST" });
});

test.skipIf(!existsSync("/proc/self"))(
  "where the system lets no folder be, it ends (needs /proc)",
  async () => {
    await expect(createFolder("/proc/prune-lab/inner")).rejects.toMatchObject({ code: "ENOENT" });
  },
);
