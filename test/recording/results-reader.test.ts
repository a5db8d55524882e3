import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { lockFolder } from "../../src/foundations/folder-lock.ts";
import { formatCsv } from "../../src/recording/csv.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import { resultRow } from "../support/result-rows.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

const folder = await temporaryFolder();
const place = (...names: string[]) => path.join(folder, ...names);

describe("a table that stands alone", () => {
  test("is read, bytes and rows", async () => {
    const rows = [resultRow({ seed: 0 }), resultRow({ seed: 1 })];
    await writeFile(place("alone.csv"), formatCsv("results", rows));
    const results = await readResults(place("alone.csv"));
    expect(results).toMatchObject({
      path: place("alone.csv"),
      file: place("alone.csv"),
      rows,
      folder: undefined,
    });
    expect(Buffer.from(results.content).toString()).toBe(formatCsv("results", rows));
  });

  test("a point and seed may be there once", async () => {
    const rows = [resultRow({ seed: 0 }), resultRow({ seed: 1 }), resultRow({ seed: 0, accuracy: 0.5 })];
    await writeFile(place("twice.csv"), formatCsv("results", rows));
    await expect(readResults(place("twice.csv"))).rejects.toThrow(
      `${place("twice.csv")}, line 4: global-magnitude at sparsity 0.5 with seed 0 (mlp, one-shot, finetune) is there already, in line 2.`,
    );
  });

  test("only a diverged run has no loss", async () => {
    await writeFile(place("lost.csv"), formatCsv("results", [resultRow({ loss: null })]));
    await expect(readResults(place("lost.csv"))).rejects.toThrow(
      "line 2: loss is empty, although status is ok.",
    );
  });

  test("what does not exist is said not to", async () => {
    await expect(readResults(place("none.csv"))).rejects.toThrow(`${place("none.csv")} does not exist.`);
  });
});

describe("a results folder", () => {
  const sweep = async (name: string, changes = {}) => {
    await runIn(place(name), await tinyStudy(folder, { name, ...changes }));
    return place(name);
  };

  test("gives the table that its config names, the manifest and the history", async () => {
    const results = await readResults(await sweep("named", { output: { results: "curve.csv" } }));
    expect(results.file).toBe(place("named", "curve.csv"));
    expect(results.rows).toHaveLength(12);
    expect(results.folder?.manifest.study).toBe("named");
    expect(results.folder?.history.length).toBeGreaterThan(12);
  });

  test("of a running sweep is refused, and names the process", async () => {
    const running = await sweep("running");
    const lock = await lockFolder(running);
    await expect(readResults(running)).rejects.toThrow(
      new RegExp(`running is being written by a sweep \\(process ${process.pid} on .+, since .+\\)\\.$`),
    );
    await lock.release();
    expect((await readResults(running)).rows).toHaveLength(12);
  });

  test("of a sweep that has not finished is refused", async () => {
    const unfinished = await sweep("unfinished");
    await rm(path.join(unfinished, "results.csv"));
    await expect(readResults(unfinished)).rejects.toThrow(
      "results.csv does not exist: the sweep has not finished.",
    );
  });

  test("without a manifest is none", async () => {
    await mkdir(place("other"));
    await expect(readResults(place("other"))).rejects.toThrow("other is not a results folder of prune-lab");
  });
});
