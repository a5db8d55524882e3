import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { StudyOptions } from "../../src/experiment/options.ts";
import type { ResultRow } from "../../src/recording/rows.ts";
import { problemsOf } from "../config/fixtures.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

/** Studies that try several learning rates. At the last one every network is lost. */

const rates = [0.001, 0.02, 1000];
const magnitude = { criterion: "magnitude", allocation: "global" };
const prune = {
  methods: [
    "global-magnitude",
    { name: "levels", ...magnitude, schedule: { name: "iterative", fraction: 0.5 } },
    { name: "tickets", ...magnitude, recovery: "rewind" },
    { name: "untrained", ...magnitude, recovery: "none" },
    { name: "rounded", ...magnitude, quantization: { bits: 4 } },
  ],
  sparsities: [0.5, 0.8],
  finetune: { epochs: 2, learningRate: rates },
};

let root: string;
let options: StudyOptions;
let folder: string;
let rows: readonly ResultRow[];
let tried: readonly Readonly<Record<string, string>>[];

async function table(file: string) {
  const [header = "", ...lines] = (await readFile(file, "utf8")).trim().split("\n");
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i] ?? "", cell])));
}

beforeAll(async () => {
  root = await temporaryFolder();
  options = await tinyStudy(root, { prune, engine: "kernels-wasm" });
  folder = path.join(root, "study");
  ({
    outcome: { results: rows },
  } = await runIn(folder, options));
  tried = await table(path.join(folder, "learning-rates.csv"));
});

const triedBy = (method: string, sparsity: number, rate: number) =>
  tried.filter(
    (row) =>
      row.method === method && row.target_sparsity === String(sparsity) && row.learning_rate === String(rate),
  );

describe("a study that tries learning rates", () => {
  it("takes for a method and sparsity the one with the best mean on the validation examples", () => {
    for (const row of rows.filter(({ recovery }) => recovery !== "none")) {
      const means = rates.map((rate) => {
        const values = triedBy(row.method, row.target_sparsity, rate).map((one) => one.validation_accuracy);
        expect(values).toHaveLength(2);
        return values.includes("") ? 0 : values.reduce((sum, value) => sum + Number(value), 0);
      });
      expect(row.learning_rate).toBe(rates[means.indexOf(Math.max(...means))]);
      const chosen = triedBy(row.method, row.target_sparsity, row.learning_rate ?? 0);
      expect(chosen.map((one) => one.chosen)).toEqual(["yes", "yes"]);
    }
    expect(tried.filter(({ chosen }) => chosen === "yes")).toHaveLength(tried.length / rates.length);
  });

  it("tries none where nothing is trained", () => {
    const untrained = rows.filter(({ method }) => method === "untrained");
    expect(untrained.map((row) => row.learning_rate)).toEqual([null, null, null, null]);
    expect(triedBy("untrained", 0.5, 0.001)).toEqual([]);
  });

  it("has the networks of a study with the chosen rate alone", async () => {
    const [row] = rows.filter(({ method }) => method === "levels");
    const optimizer = { name: "adam", learningRate: row?.learning_rate };
    const alone = await tinyStudy(root, {
      prune: {
        methods: [prune.methods[1]],
        sparsities: [row?.target_sparsity],
        finetune: { epochs: 2, optimizer },
      },
      engine: "kernels-wasm",
    });
    const { outcome } = await runIn(path.join(root, "alone"), alone);
    expect(outcome.results[0]?.loss).toBe(row?.loss);
    expect(outcome.results[0]).not.toHaveProperty("learning_rate");
    expect(existsSync(path.join(root, "alone", "learning-rates.csv"))).toBe(false);
  });

  it("counts the chosen path in its rows, and each of them apart", () => {
    const [row] = rows.filter(
      ({ method, target_sparsity }) => method === "levels" && target_sparsity === 0.8,
    );
    // Levels at 0.5, 0.75 and 0.8, of 20 steps each.
    expect(row?.train_steps).toBe(30 + 3 * 20);
    for (const rate of rates.slice(0, 2)) {
      expect(triedBy("levels", 0.8, rate).map((one) => one.train_steps)).toEqual(["90", "90"]);
    }
  });

  it("gives the same bytes on another number of workers", async () => {
    const again = path.join(root, "again");
    await runIn(again, options, { workers: 2 });
    expect(await filesOf(again)).toEqual(await filesOf(folder));
  });
});

it.each([
  ["learningRate: 0.1", "prune.finetune.learningRate: 0.1 is not a list. Write [0.1]."],
  ["learningRate: [0.1, 0.1]", "prune.finetune.learningRate: each once."],
])("%s is refused", async (key, problem) => {
  const text = `dataset: { name: mnist }\nmodel: { name: mlp }\nprune: { finetune: { ${key} } }\n`;
  expect(await problemsOf(text)).toEqual([`case.yaml:3: ${problem}`]);
});

it("is refused without validation examples", async () => {
  const text =
    "dataset: { name: mnist, validation: 0 }\nmodel: { name: mlp }\nprune: { finetune: { learningRate: [0.1, 0.2] } }\n";
  expect(await problemsOf(text)).toEqual([
    "case.yaml:3: prune.finetune.learningRate: learning rates are chosen on validation examples, and dataset.validation is 0. Write one, as optimizer: { name: adam, learningRate: 0.001 }.",
  ]);
});
