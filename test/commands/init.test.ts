import { mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { formatCsv } from "../../src/recording/csv.ts";
import { runCli } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";
import { manifestWith } from "../support/manifest.ts";
import { resultRow } from "../support/result-rows.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();
const init = (...args: string[]) => runInProcess(["init", ...args], { cwd: folder });

describe("init", () => {
  test("writes a config that loads under its own name", async () => {
    const { code, stdout } = await runCli(["init", "new/my-sweep.yaml"], { cwd: folder });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "new/my-sweep.yaml is written. Run it: prune-lab sweep --config new/my-sweep.yaml\n",
    });
    const { config } = await loadConfig("new/my-sweep.yaml", { set: [], cwd: folder });
    expect(config.name).toBe("my-sweep");
  });

  test("does not touch a file that exists, unless forced", async () => {
    await writeFile(path.join(folder, "mine.yaml"), "precious");
    expect(await init("mine.yaml")).toEqual({
      code: 2,
      stdout: "",
      stderr: "prune-lab: mine.yaml exists already.\nReplace it: prune-lab init mine.yaml --force\n",
    });
    expect(await readFile(path.join(folder, "mine.yaml"), "utf8")).toBe("precious");
    expect((await init("mine.yaml", "--force")).code).toBe(0);
    expect(await readFile(path.join(folder, "mine.yaml"), "utf8")).toContain("dataset:\n");
  });

  test("refuses other names, and a place that cannot be written, leaving nothing behind", async () => {
    expect((await init("notes.txt")).stderr).toBe(
      "prune-lab: notes.txt: a config's name ends in .yaml or .yml.\n",
    );
    await writeFile(path.join(folder, "file"), "");
    await mkdir(path.join(folder, "folder.yaml"));
    const before = await readdir(folder);
    expect(await init("file/x.yaml")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("cannot be written"),
    });
    expect((await init("folder.yaml", "--force")).code).toBe(2);
    expect(await readdir(folder)).toEqual(before);
  });

  test("--force replaces no table, nothing of a results folder and no device", async () => {
    await writeFile(path.join(folder, "table.yaml"), formatCsv("results", [resultRow({ seed: 0 })]));
    await mkdir(path.join(folder, "sweep"));
    await writeFile(path.join(folder, "sweep", "config.yaml"), "name: sweep\n");
    await writeFile(
      path.join(folder, "sweep", "manifest.json"),
      JSON.stringify(manifestWith(["config.yaml"])),
    );
    await symlink("/dev/null", path.join(folder, "null.yaml"));
    expect((await init("table.yaml", "--force")).stderr).toContain("table.yaml is a results table");
    expect((await init("sweep/config.yaml", "--force")).stderr).toContain("belongs to the results folder");
    expect((await init("null.yaml", "--force")).code).toBe(0);
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
    expect(await readlink(path.join(folder, "null.yaml"))).toBe("/dev/null");
  });
});
