import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { LOCK_FILE, lockFolder } from "../../src/foundations/folder-lock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const holder = (changes: object) =>
  JSON.stringify({ token: "t", pid: 1, host: hostname(), processStart: null, since: "then", ...changes });

describe("the lock of a results folder", () => {
  it("is refused while a living process holds it, and names that process", async () => {
    const folder = await temporaryFolder();
    const lock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(`in use by process ${process.pid}`);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
    await (await lockFolder(folder)).release();
  });

  it("is taken over at once from a dead process", async () => {
    const folder = await temporaryFolder();
    const { pid } = spawnSync(process.execPath, ["--version"]);
    await writeFile(path.join(folder, LOCK_FILE), holder({ pid }));
    const lock = await lockFolder(folder);
    expect(JSON.parse(await readFile(path.join(folder, LOCK_FILE), "utf8"))).toMatchObject({
      pid: process.pid,
    });
    await lock.release();
  });

  it.runIf(process.platform === "linux")(
    "is taken over when the number went to another process",
    async () => {
      const folder = await temporaryFolder();
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      try {
        await once(child, "spawn");
        await writeFile(path.join(folder, LOCK_FILE), holder({ pid: child.pid, processStart: "earlier/1" }));
        await (await lockFolder(folder)).release();
      } finally {
        child.kill();
      }
    },
  );

  it("is believed when it comes from another machine", async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, LOCK_FILE), holder({ host: "elsewhere" }));
    await expect(lockFolder(folder)).rejects.toThrow("on elsewhere");
  });

  it("is taken over when it is damaged", async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, LOCK_FILE), "{");
    await (await lockFolder(folder)).release();
  });

  it("goes to exactly one of many who want a dead process's lock at once", async () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    for (let round = 0; round < 25; round++) {
      const folder = await temporaryFolder();
      await writeFile(path.join(folder, LOCK_FILE), holder({ pid }));
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await readdir(folder)).toEqual([LOCK_FILE]);
    }
  });
});
