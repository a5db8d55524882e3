import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { ComparedItem } from "../../src/analysis/gate/compared-item.ts";
import { originFile, originText } from "../../src/recording/origin.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import { runInProcess } from "../support/in-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();
const at = (...parts: string[]) => path.join(folder, ...parts);
const cli = (...args: string[]) => runInProcess(args, { cwd: folder });
/** Without charts, and on one thread: to start another takes as long as a run. */
const sweep = (...args: string[]) =>
  cli("sweep", "--config", "gate.yaml", "--no-charts", "--workers", "1", ...args);

const CONFIG = `
dataset: { name: synthetic, targets: { name: linear }, inputs: 6, outputs: 2, train: 120, test: 120 }
model: { name: mlp, hidden: [8] }
train: { epochs: 20, batchSize: 16, optimizer: { name: adam, learningRate: 0.02 } }
prune: { methods: [global-magnitude], sparsities: [0, 0.5, 0.8], finetune: { epochs: 3 } }
seeds: [0, 1, 2, 3]
engine: reference
metrics:
  - { name: score, formula: "max(0, 1 - mse) * sqrt(model_sparsity)", better: higher, bounds: [0, 1], digits: 4 }
`;

/** Other settings, and what a check of that sweep against the first one says. */
async function against(baseline: string, out: string, ...set: string[]) {
  const settings = set.flatMap((text) => ["--set", text]);
  expect(await sweep("--out", out, "--quiet", ...settings)).toMatchObject({ code: 0 });
  const { code, stdout } = await cli("check", out, "--against", baseline, "--json", "--allow-missing-seeds");
  const report = JSON.parse(stdout);
  return { code, report, items: report.items as ComparedItem[], notes: report.notes as string[] };
}

/** Writes a baseline with its record, of the first sweep with cells of some columns changed. */
async function changedBaseline(
  file: string,
  change: (column: string, cell: number) => number,
): Promise<void> {
  const { content, origin } = await readResults(at("base"));
  const [header = "", ...rows] = Buffer.from(content).toString().trimEnd().split("\n");
  const columns = header.split(",");
  const changed = rows.map((row) =>
    row
      .split(",")
      .map((cell, i) => {
        const column = columns[i] ?? "";
        return ["score", "loss"].includes(column) ? change(column, Number(cell)).toFixed(6) : cell;
      })
      .join(","),
  );
  const text = `${[header, ...changed].join("\n")}\n`;
  await writeFile(at(file), text);
  if (origin === undefined) throw new Error("the sweep has an origin");
  await writeFile(at(originFile(file)), originText(origin, text));
}

beforeAll(async () => {
  await writeFile(at("gate.yaml"), CONFIG);
  expect(await sweep("--out", "base", "--quiet")).toMatchObject({ code: 0 });
});

describe("check of a study with a metric of its own", { timeout: 120_000 }, () => {
  test("passes on a re-run, and on other seeds", async () => {
    const again = await against("base", "again");
    expect([again.code, again.report.verdict]).toEqual([0, "identical"]);
    const { code, report, items } = await against("base", "others", "seeds=[4,5,6,7]");
    expect([code, report.verdict, report.metrics]).toEqual([0, "no regression", ["loss", "score"]]);
    expect(items.map(({ metric }) => metric).sort()).toEqual(
      ["loss", "score"].flatMap((metric) => new Array(4).fill(metric)),
    );
  });

  test("fails where the mean squared error rose", async () => {
    const { code, items } = await against("base", "untrained", "train.epochs=3", "prune.finetune.epochs=1");
    expect(code).toBe(1);
    expect(items[0]).toMatchObject({ metric: "loss", verdict: "regression" });
  });

  test("fails where the formula alone fell, in every report", async () => {
    await changedBaseline("high.csv", (column, cell) => (column === "score" ? cell * 1.2 : cell));
    const { code, items } = await against("high.csv", "again");
    expect(code).toBe(1);
    const found = items.filter(({ verdict }) => verdict === "regression");
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found.map(({ metric }) => metric))).toEqual(new Set(["score"]));
    const args = ["check", "again", "--against", "high.csv"];
    const reports = await cli(...args, "--junit", "gate.xml", "--comment", "gate.md");
    expect(reports.code).toBe(1);
    expect(reports.stdout).toMatch(/^Regression: score of global-magnitude.*: falls by 0\.\d{4} \(p /);
    expect(reports.stdout).toMatch(/\nmethod +pruned +metric +baseline +now +worse by +p /);
    expect(await readFile(at("gate.xml"), "utf8")).toContain('name="score of global-magnitude at 80%"');
    expect(await readFile(at("gate.md"), "utf8")).toMatch(
      /score of global-magnitude\*\*[\s\S]*y-axis "score"/,
    );
    expect((await cli(...args, "--exact")).code).toBe(1);
  });

  test("takes tolerances of its own from the results' config", async () => {
    const rule = "check.points=[{ metric: score, tolerance: 0.5 }]";
    const { code, items } = await against("high.csv", "tolerant", rule);
    expect(code).toBe(0);
    expect(new Set(items.map(({ metric, tolerance }) => `${metric} ${tolerance}`))).toEqual(
      new Set(["loss 2", "score 0.5"]),
    );
    const wrong = await sweep("--set", "check.points=[{ metric: scor }]");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain(
      "check.points.0.metric: 'scor' is no metric of this study. Did you mean 'score'? Choices: accuracy, loss, score.",
    );
  });

  test("says what it cannot compare: another formula, a metric of one side alone", async () => {
    const other = "metrics=[{ name: score, formula: 1 - mse, better: higher }]";
    expect((await against("base", "other", other)).notes).toContain(
      "Not compared: score, since its formula differs: max(0, 1 - mse) * sqrt(model_sparsity) in the baseline, 1 - mse now.",
    );
    const without = await against(
      "base",
      "without",
      "metrics=[{ name: worth, formula: mse, better: lower }]",
    );
    expect(without.report.metrics).toEqual(["loss"]);
    expect(without.notes).toEqual(
      expect.arrayContaining([
        "Not compared: worth, which base does not have.",
        "Not compared: score, which without does not have.",
      ]),
    );
  });
});
