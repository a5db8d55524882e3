import { execFileSync } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/recording/manifest.ts";
import { openResultsFolder } from "../../src/recording/results-folder.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const plain = { settings: { train: { epochs: 3 } }, fresh: false, bytesNeeded: 1 };

const manifest = (files: readonly string[], settings: unknown = plain.settings): Manifest => ({
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
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "ignore" });
    } catch {
      context.skip("a small disk cannot be mounted here");
    }
    try {
      const opened = await openResultsFolder(path.join(folder, "sweep"), plain);
      const writing = opened.write("big.bin", new Uint8Array(2 ** 20));
      await expect(writing).rejects.toMatchObject({ kind: "input" });
      await expect(writing).rejects.toThrow("No space is left on the disk");
      await opened.release();
      expect(await readdir(path.join(folder, "sweep"))).toEqual([]);
    } finally {
      execFileSync("umount", [folder]);
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
    await writeFile(path.join(folder, ".results.csv.1234.tmp"), "half");
    await mkdir(path.join(folder, "runs", ".abc.1234.tmp"), { recursive: true });
    const opened = await openResultsFolder(folder, plain);
    await opened.release();
    expect((await readdir(folder, { recursive: true })).sort()).toEqual([
      "manifest.json",
      "results.csv",
      "runs",
    ]);
  });
});
