import { writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { check as compare } from "../../src/analysis/gate/check.ts";
import { confirmedCheck, type Look } from "../../src/library/confirm.ts";
import { sweep } from "../../src/library/sweep.ts";
import { formatCsv } from "../../src/recording/csv.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinyDataset } from "../support/tiny-dataset.ts";

const folder = await temporaryFolder();
const at = (name: string) => path.join(folder, name);
const results = at("results");
const baseline = at("baseline.csv");

const sweepOf = async (seeds: readonly number[], out: string) =>
  sweep(
    {
      name: "tiny",
      dataset: { name: "idx", path: await writeTinyDataset(at("digits")), validation: 30 },
      model: { name: "mlp", hidden: [8] },
      train: { epochs: 2, batchSize: 16, optimizer: { name: "adam", learningRate: 0.02 } },
      prune: { methods: ["global-magnitude"], sparsities: [0.5, 0.9], finetune: null },
      seeds: [...seeds],
      engine: "reference",
    },
    { out, workers: 2, checkpoints: "all" },
  );

/** The p-value of the clearest drop. */
const worst = async () => {
  const { items } = await compare({ results, baseline, allowMissing: "seeds" });
  return items.reduce((least, { pValue }) => Math.min(least, pValue ?? 1), 1);
};

beforeAll(async () => {
  await sweepOf([0, 1, 2], results);
  const { rows } = await readResults(results);
  // Better than the results at 90%, by amounts that vary; and with one seed more.
  const better = rows.map((row) =>
    row.target_sparsity === 0.9
      ? { ...row, accuracy: Math.min(1, (row.accuracy ?? 0) + 0.1 + 0.04 * row.seed) }
      : row,
  );
  const more = better.filter(({ seed }) => seed === 1).map((row) => ({ ...row, seed: 9 }));
  await writeFile(baseline, formatCsv("results", [...better, ...more]));
});

describe("confirmedCheck", () => {
  test("runs nothing where there is no doubt", async () => {
    const before = await filesOf(results);
    const same = at("same.csv");
    await writeFile(same, formatCsv("results", (await readResults(results)).rows));
    const { confirmation } = await confirmedCheck({ results, baseline: same }, { maxSeeds: 5 });
    expect(confirmation).toMatchObject({
      added: [],
      stopped: "settled",
      looks: [{ seeds: [0, 1, 2], doubts: [] }],
    });
    expect(await filesOf(results)).toEqual(before);
  });

  test("refuses a table, which cannot be run on", async () => {
    await expect(confirmedCheck({ results: baseline, baseline })).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining("no sweep that could be run with more seeds"),
    });
    await expect(confirmedCheck({ results, baseline }, { maxSeeds: 0 })).rejects.toMatchObject({
      kind: "input",
    });
  });

  test("settles a doubt with the baseline's seeds, then new ones: the folder is that of a sweep of all", async () => {
    // Significant at alpha, and not at the quarter of it that three of five seeds have.
    const alpha = 2 * (await worst());
    expect(alpha).toBeLessThan(0.5);
    const told: [Look, readonly number[]][] = [];
    const report = await confirmedCheck(
      { results, baseline, alpha },
      { maxSeeds: 5, workers: 2, onDoubt: (look, next) => told.push([look, next]) },
    );
    const { confirmation } = report;
    expect(told).toMatchObject([
      [
        {
          seeds: [0, 1, 2],
          level: alpha / 4,
          doubts: expect.arrayContaining([expect.objectContaining({ doubt: "suspected" })]),
        },
        [9, 3],
      ],
    ]);
    expect(confirmation).toMatchObject({ added: [9, 3], maxSeeds: 5 });
    expect(confirmation.looks.map(({ seeds }) => seeds)).toEqual([
      [0, 1, 2],
      [0, 1, 2, 9, 3],
    ]);
    const [, last] = confirmation.looks;
    expect(last?.level).toBe(alpha / 2);
    expect(confirmation.stopped).toBe(last?.doubts.length === 0 ? "settled" : "limit");
    expect(report.options.alpha).toBe(alpha / 2);

    await sweepOf([0, 1, 2, 9, 3], at("whole"));
    expect(await filesOf(results)).toEqual(await filesOf(at("whole")));
  });

  test("looking again says the same", async () => {
    const first = await confirmedCheck({ results, baseline, alpha: 0.05 }, { maxSeeds: 5 });
    expect(await confirmedCheck({ results, baseline, alpha: 0.05 }, { maxSeeds: 5 })).toEqual(first);
    expect(first.confirmation.added).toEqual([]);
  });
});
