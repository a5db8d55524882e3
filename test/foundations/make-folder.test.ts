import { existsSync } from "node:fs";
import { stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../../src/foundations/make-folder.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("makes what is missing, also when several do so at once, and leaves what is there", async () => {
  const folder = path.join(await temporaryFolder(), "a", "b", "c");
  await Promise.all(Array.from({ length: 10 }, () => makeFolder(folder)));
  await makeFolder(folder);
  expect((await stat(folder)).isDirectory()).toBe(true);
});

test.skipIf(process.platform === "win32")(
  "gives the folders it makes the wanted mode, whatever the umask",
  async () => {
    const top = await temporaryFolder();
    const before = process.umask(0);
    try {
      await makeFolder(path.join(top, "a", "b"), 0o700);
    } finally {
      process.umask(before);
    }
    for (const name of ["a", "a/b"]) expect((await stat(path.join(top, name))).mode & 0o777).toBe(0o700);
  },
);

test("a file in the way and a link to nowhere are told", async () => {
  const top = await temporaryFolder();
  await writeFile(path.join(top, "file"), "");
  await symlink("nowhere", path.join(top, "link"));
  await expect(makeFolder(path.join(top, "file", "a"))).rejects.toMatchObject({ code: "ENOTDIR" });
  await expect(makeFolder(path.join(top, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolder(path.join(top, "link"))).rejects.toMatchObject({ code: "EEXIST" });
});

test.runIf(existsSync("/proc/self"))("a folder that takes no other is told at once", async () => {
  await expect(makeFolder("/proc/self/a/b")).rejects.toMatchObject({ code: "ENOENT" });
});
