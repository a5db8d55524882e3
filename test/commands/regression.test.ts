import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { randomStream } from "../../src/foundations/random.ts";
import { runInProcess } from "../support/in-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();
const at = (...parts: string[]) => path.join(folder, ...parts);
const cli = (...args: string[]) => runInProcess(args, { cwd: folder });

type Rows = readonly Record<string, string>[];
const rowsOf = async (...file: string[]): Promise<Rows> =>
  parse(await readFile(at(...file), "utf8"), { columns: true });

const config = (dataset: string) =>
  [
    `dataset: ${dataset}`,
    "model: { name: mlp, hidden: [8] }",
    "train: { epochs: 30, batchSize: 16, optimizer: { name: adam, learningRate: 0.02 } }",
    "prune: { methods: [l1-unstructured], sparsities: [0, 0.5, 0.9], finetune: { epochs: 2 } }",
    "seeds: [0, 1]",
    "engine: reference",
    "",
  ].join("\n");

/** A table whose `price` follows from two of its columns, and some noise. */
function table(): string {
  const stream = randomStream(3, "table of a test");
  const lines = Array.from({ length: 150 }, () => {
    const [rooms, age, noise] = [stream.normal(), stream.normal(), stream.normal()];
    return `${50 + 10 * age},${rooms},${100 + 20 * rooms - 10 * age + noise}`;
  });
  return `age,rooms,price\n${lines.join("\n")}\n`;
}

beforeAll(async () => {
  await mkdir(at("data"));
  await writeFile(at("data", "houses.csv"), table());
  await writeFile(
    at("houses.yaml"),
    config("{ name: table, path: houses.csv, targets: price, standardize: both }"),
  );
  await writeFile(
    at("noise.yaml"),
    config("{ name: synthetic, targets: { name: noise }, inputs: 10, outputs: 1, train: 60, test: 400 }"),
  );
});

describe("a sweep of a table for regression", () => {
  test("is judged by its loss, in every table and in words", async () => {
    const { code, stdout, stderr } = await cli("sweep", "--config", "houses.yaml");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain("Test loss after fine-tuning against weights pruned (%)");
    expect(stdout).not.toMatch(/accura/i);
    const rows = await rowsOf("results", "houses", "results.csv");
    expect(rows.map(({ dataset, seed }) => `${dataset} ${seed}`)).toEqual(
      [0, 1, 0, 1, 0, 1].map((seed) => `houses ${seed}`),
    );
    for (const row of rows) {
      expect([row.baseline_accuracy, row.pruned_accuracy, row.accuracy, row.accuracy_drop]).toEqual(
        Array(4).fill(""),
      );
      for (const column of ["baseline_loss", "pruned_loss", "loss"]) {
        expect(Number(row[column])).toBeGreaterThan(0);
      }
      // Targets are standardized: a guess of the mean has 1.
      expect(Number(row.baseline_loss)).toBeLessThan(0.2);
    }
    const [dense] = await rowsOf("results", "houses", "summary.csv");
    expect(Number(dense?.loss_ci95_low)).toBeLessThan(Number(dense?.loss_mean));
    expect(Number(dense?.rise_from_dense_control_mean)).toBe(0);
    const manifest = JSON.parse(await readFile(at("results", "houses", "manifest.json"), "utf8"));
    expect(manifest.dataset.columns).toMatchObject({ inputs: ["age", "rooms"], targets: ["price"] });
    expect(manifest.dataset.examples).toEqual({ train: 105, validation: 15, test: 30 });
    expect(await readFile(at("results", "houses", "report.html"), "utf8")).toContain("Test loss");
  });

  test("passes a check against itself, and fails against a baseline of lower losses", async () => {
    expect(await cli("check", "results/houses", "--against", "results/houses")).toMatchObject({ code: 0 });
    // Two seeds are too few to be significant.
    const seeds = ["--set", "seeds=[0,1,2,3]", "--no-charts", "--out", "more"];
    expect((await cli("sweep", "--config", "houses.yaml", ...seeds)).code).toBe(0);
    const text = await readFile(at("more", "results.csv"), "utf8");
    const lines = text.trimEnd().split("\n");
    const column = lines[0]?.split(",").indexOf("loss") ?? -1;
    const lowered = lines.map((line, i) => {
      const cells = line.split(",");
      if (i > 0) cells[column] = (Number(cells[column]) / 2).toFixed(6);
      return cells.join(",");
    });
    await writeFile(at("better.csv"), `${lowered.join("\n")}\n`);
    const { code, stdout } = await cli("check", "more", "--against", "better.csv");
    expect(code).toBe(1);
    expect(stdout).toMatch(/Regression: l1-unstructured .* rises by 100\.00%/);
  });

  test("says where its file is wrong", async () => {
    await writeFile(at("data", "wrong.csv"), table().replace(/^(.*\n.*\n)[^,]*/, "$1unknown"));
    const wrong = await cli(
      "sweep",
      "--config",
      "houses.yaml",
      "--set",
      "dataset.path=wrong.csv",
      "--out",
      "wrong",
    );
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain(
      `${path.join("data", "wrong.csv")}, line 3: column 1 ('age') is 'unknown', not a number.`,
    );
  });
});

test("the best epoch is not chosen where no row is held out", async () => {
  const part = (line: string, i: number) => `${line},${i === 0 ? "part" : i % 5 === 0 ? "test" : "train"}`;
  await writeFile(at("data", "parted.csv"), table().trimEnd().split("\n").map(part).join("\n"));
  const { code, stderr } = await cli(
    ...["sweep", "--config", "houses.yaml", "--dry-run", "--set", "dataset.path=parted.csv"],
    ...["--set", "dataset.splitColumn=part", "--set", "prune.finetune.select=best"],
  );
  expect(code).toBe(2);
  expect(stderr).toContain("which is chosen on validation examples, and parted has none. Write last.");
});

describe("networks that cannot learn, since the targets are noise", () => {
  test("are told, and nothing is concluded from them", async () => {
    const { stdout, stderr } = await cli("sweep", "--config", "noise.yaml", "--no-charts");
    expect(stderr).toMatch(
      /The dense baselines of all 2 seeds did not learn: test loss .*, no better than a guess that ignores the input/,
    );
    expect(stderr).toContain("may help, if the inputs say anything of the targets.");
    expect(stdout).toContain("Every dense network failed to learn");
  });

  test("are a line of a batch like others, with the loss of both", async () => {
    const { code, stdout } = await cli("batch", "houses.yaml", "noise.yaml", "--no-charts");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^sweep +method +seeds +dense +no rise up to +loss +compression +state\n/);
    expect(stdout).toContain("less than 5% above the dense control");
    const [houses, noise] = await rowsOf("results", "batch-summary.csv");
    expect([Number(houses?.baseline_loss) < 0.2, houses?.baseline_accuracy]).toEqual([true, ""]);
    expect([noise?.loss_there, noise?.sparsity_without_loss]).toEqual(["", ""]);
  });
});

test("a sweep that tests on its training examples says so before and behind", async () => {
  const { code, stderr } = await cli(
    ...["sweep", "--config", "noise.yaml", "--set", "dataset.test=train", "--no-charts", "--out", "by-heart"],
  );
  expect(code).toBe(0);
  expect(stderr).toContain("all figures are of the 60 examples that the networks were trained on");
  const rows = await rowsOf("by-heart", "results.csv");
  expect(new Set(rows.map(({ dataset }) => dataset))).toEqual(new Set(["synthetic-noise-train"]));
});
