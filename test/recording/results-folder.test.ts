import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { temporaryBeside } from "../../src/foundations/leftovers.ts";
import type { Manifest } from "../../src/recording/manifest.ts";
import { openResultsFolder } from "../../src/recording/results-folder.ts";
import { mountDisk } from "../support/small-disk.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const plain = { settings: { train: { epochs: 3 } }, fresh: false, bytesNeeded: 1 };

const manifest = (files: readonly string[], settings = plain.settings): Manifest => ({
  tool: "prune-lab",
  format: 1,
  version: "0",
  node: "v20",
  study: "s",
  identity: "i",
  settings,
  engine: {},
  dataset: {},
  model: {},
  runs: {},
  files,
});

/** A folder with a finished sweep in it, closed. */
async function finishedFolder(files: readonly string[]): Promise<string> {
  const folder = path.join(await temporaryFolder(), "sweep");
  const opened = await openResultsFolder(folder, plain);
  for (const file of files) await opened.write(file, file);
  await opened.writeManifest(manifest(files), "final");
  await opened.release();
  return folder;
}

describe("opening a results folder", () => {
  it("refuses a folder that holds something else, and writes nothing", async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, "thesis.tex"), "");
    await expect(openResultsFolder(folder, plain)).rejects.toThrow("is not empty and not a results folder");
    await expect(openResultsFolder(folder, { ...plain, fresh: true })).rejects.toThrow("nothing is removed");
    expect(await readdir(folder)).toEqual(["thesis.tex"]);
  });

  it("refuses a file in the way", async () => {
    const file = path.join(await temporaryFolder(), "sweep");
    await writeFile(file, "");
    await expect(openResultsFolder(file, plain)).rejects.toMatchObject({ kind: "input" });
    await expect(openResultsFolder(file, plain)).rejects.toThrow("a file is in the way");
    await expect(openResultsFolder(path.join(file, "inner"), plain)).rejects.toThrow("a file is in the way");
  });

  it("refuses a disk with too little space before it writes anything", async () => {
    const folder = path.join(await temporaryFolder(), "sweep");
    await expect(openResultsFolder(folder, { ...plain, bytesNeeded: 2 ** 60 })).rejects.toThrow("is full");
    expect(await readdir(path.dirname(folder))).toEqual([]);
  });

  it("says so when the disk fills up while it writes", async (context) => {
    const folder = await temporaryFolder();
    mountDisk(context, folder, "size=64k");
    const opened = await openResultsFolder(path.join(folder, "sweep"), plain);
    const writing = opened.write("big.bin", new Uint8Array(2 ** 20));
    await expect(writing).rejects.toMatchObject({ kind: "input" });
    await expect(writing).rejects.toThrow("No space is left on the disk");
    await opened.release();
    expect(await readdir(path.join(folder, "sweep"))).toEqual([]);
  });

  it("says that the disk is read-only, where Node says that the folder does not exist", async (context) => {
    const folder = await temporaryFolder();
    mountDisk(context, folder, "ro");
    const message = "cannot be written: the file system is read-only (EROFS).";
    for (const inner of [["sweep"], ["deep", "sweep"]]) {
      await expect(openResultsFolder(path.join(folder, ...inner), plain)).rejects.toThrow(message);
    }
  });

  it("lists every setting that differs", async () => {
    const folder = await finishedFolder(["results.csv"]);
    const opening = openResultsFolder(folder, { ...plain, settings: { train: { epochs: 4 }, extra: [1] } });
    await expect(opening).rejects.toThrow("train.epochs: 3 there, 4 now\n  extra: nothing there, [1] now");
  });

  it("refuses a damaged manifest", async () => {
    const folder = await finishedFolder([]);
    await writeFile(path.join(folder, "manifest.json"), "{");
    await expect(openResultsFolder(folder, plain)).rejects.toThrow("not a manifest");
  });

  it("removes what a stopped thread left when it is released, and touches nothing after that", async () => {
    const folder = await finishedFolder(["results.csv"]);
    const opened = await openResultsFolder(folder, plain);
    const unfinished = temporaryBeside(path.join(opened.runs, "abc"));
    await mkdir(unfinished, { recursive: true });
    await opened.release();
    expect(await readdir(opened.runs)).toEqual([]);
    await mkdir(unfinished);
    await opened.release();
    expect(await readdir(opened.runs)).toEqual([path.basename(unfinished)]);
  });

  it("removes with fresh what the manifest lists, and nothing else", async () => {
    const folder = await finishedFolder(["results.csv", "charts/a.png", "../outside.txt"]);
    await writeFile(path.join(folder, "charts", "mine.png"), "");
    await writeFile(path.join(folder, "..", "outside.txt"), "");
    const opened = await openResultsFolder(folder, { ...plain, fresh: true });
    await opened.release();
    expect((await readdir(folder, { recursive: true })).sort()).toEqual([
      "charts",
      "charts/mine.png",
      "manifest.json",
    ]);
    expect(await readdir(path.dirname(folder))).toContain("outside.txt");
  });

  it("continues with fresh where an earlier one was killed, and says that it is busy", async () => {
    const runs = Array.from({ length: 40 }, (_, i) => `runs/${i}/result.json`);
    const folder = await finishedFolder(["results.csv", ...runs]);
    await writeFile(path.join(folder, "mine.txt"), "");
    const messages: string[] = [];
    const clock = vi.spyOn(performance, "now");
    let now = 0;
    clock.mockImplementation(() => {
      now += 3000;
      return now;
    });
    const opening = openResultsFolder(folder, {
      ...plain,
      fresh: true,
      notify: (message) => {
        messages.push(message);
        if (messages.length === 2) throw new Error("killed");
      },
    });
    await expect(opening).rejects.toThrow("killed");
    expect(messages[0]).toBe(`${folder}: 16 of 81 files and folders of the earlier sweep are removed.`);
    clock.mockRestore();
    const opened = await openResultsFolder(folder, { ...plain, fresh: true });
    expect((await readdir(folder)).sort()).toEqual([".prune-lab.lock", "manifest.json", "mine.txt"]);
    await opened.writeManifest(manifest(["results.csv"]), "start");
    expect(JSON.parse(await readFile(path.join(folder, "manifest.json"), "utf8")).files).toEqual([
      "results.csv",
    ]);
    await opened.release();
  });

  it("empties no further with fresh when it is interrupted", async () => {
    const folder = await finishedFolder(["results.csv"]);
    const opening = openResultsFolder(folder, { ...plain, fresh: true, signal: AbortSignal.abort() });
    await expect(opening).rejects.toMatchObject({ kind: "interrupted" });
    expect((await readdir(folder)).sort()).toEqual(["manifest.json", "results.csv"]);
  });

  it("removes at the end what an earlier grid left, but keeps finished runs", async () => {
    const folder = await finishedFolder(["results.csv", "checkpoints/old.safetensors"]);
    await mkdir(path.join(folder, "runs", "abc"), { recursive: true });
    const opened = await openResultsFolder(folder, plain);
    await opened.writeManifest(manifest(["results.csv"]), "start");
    expect(await readdir(folder)).toContain("checkpoints");
    await opened.writeManifest(manifest(["results.csv"]), "final");
    await opened.release();
    expect((await readdir(folder)).sort()).toEqual(["manifest.json", "results.csv", "runs"]);
  });

  it("clears away what a killed process was writing", async () => {
    const folder = await finishedFolder(["results.csv"]);
    const { pid } = spawnSync(process.execPath, ["--version"]);
    const killed = (file: string) =>
      temporaryBeside(path.join(folder, file)).replace(`.${process.pid}-`, `.${pid}-`);
    await writeFile(killed("results.csv"), "half");
    await mkdir(killed("runs/abc"), { recursive: true });
    // Not of a sweep, which holds the lock: a page that a living process writes here, and a file of the user's.
    const living = temporaryBeside(path.join(folder, "both.html"));
    await writeFile(living, "half");
    await writeFile(path.join(folder, ".notes.tmp"), "mine");
    // Of a thread of this process that was stopped; and of a process of another machine, which may be storing a run.
    await mkdir(temporaryBeside(path.join(folder, "runs/def")), { recursive: true });
    const elsewhere = temporaryBeside(path.join(folder, "runs/ghi")).replace(
      /-[0-9a-f]{12}\./,
      "-0123456789ab.",
    );
    await mkdir(elsewhere);
    const opened = await openResultsFolder(folder, plain);
    await opened.release();
    expect((await readdir(folder, { recursive: true })).sort()).toEqual([
      path.basename(living),
      ".notes.tmp",
      "manifest.json",
      "results.csv",
      "runs",
      path.join("runs", path.basename(elsewhere)),
    ]);
  });
});
