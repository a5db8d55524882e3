import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { check } from "../../src/analysis/gate/check.ts";
import { report } from "../../src/library/report.ts";
import { readManifest } from "../../src/recording/manifest.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

const root = await temporaryFolder();
const at = (name: string) => path.join(root, name);
const study = await tinyStudy(root);

beforeAll(async () => {
  await runIn(at("sweep"), study);
});

test("the manifest lists the checksum of every table but the times", async () => {
  const manifest = await readManifest(at("sweep"));
  expect(Object.keys(manifest?.tables?.sha256 ?? {}).sort()).toEqual([
    "history.csv",
    "layers.csv",
    "results.csv",
    "snapshots.json",
    "summary.csv",
  ]);
  expect(manifest?.tables?.runs).toBe(Object.keys(manifest?.runs ?? {}).length);
});

test.each(["results.csv", "history.csv", "layers.csv"])("a changed digit in %s is told", async (name) => {
  const folder = at(`changed-${name}`);
  await cp(at("sweep"), folder, { recursive: true });
  const text = await readFile(path.join(folder, name), "utf8");
  await writeFile(
    path.join(folder, name),
    text.replace(/\d(?=\D*$)/, (digit) => (digit === "1" ? "2" : "1")),
  );
  const refusal = {
    kind: "input",
    message: expect.stringContaining(`${path.join(folder, name)} is not what the sweep wrote`),
    hint: expect.stringContaining("Run the same sweep again"),
  };
  await expect(check({ results: folder, baseline: at("sweep") })).rejects.toMatchObject(refusal);
  await expect(report([folder])).rejects.toMatchObject(refusal);
  await expect(readResults(path.join(folder, "results.csv"))).rejects.toMatchObject(refusal);

  // The very sweep again mends it, from what is stored.
  await runIn(folder, study);
  expect(await readFile(path.join(folder, name), "utf8")).toBe(text);
  await readResults(folder);
});

test("a sweep that was stopped while it was extended has tables older than its plan", async () => {
  const folder = at("extended");
  await cp(at("sweep"), folder, { recursive: true });
  const controller = new AbortController();
  const more = { ...study, seeds: [0, 1, 2, 3] };
  const stop = { signal: controller.signal, onEvent: () => controller.abort() };
  await expect(runIn(folder, more, stop)).rejects.toMatchObject({ kind: "interrupted" });

  const refusal = {
    kind: "input",
    message: expect.stringContaining(`The tables of ${folder} are older than its plan`),
    hint: expect.stringContaining("--allow-missing"),
  };
  await expect(check({ results: folder, baseline: at("sweep") })).rejects.toMatchObject(refusal);
  await expect(check({ results: at("sweep"), baseline: folder })).rejects.toMatchObject(refusal);
  const { notes } = await check({ results: folder, baseline: at("sweep"), allowMissing: true });
  expect(notes.join()).toContain("older than its plan: they hold what a sweep of 12 runs found");

  await runIn(folder, more);
  expect((await readResults(folder)).folder?.unfinished).toBeUndefined();
});
