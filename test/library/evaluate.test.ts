import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { report } from "../../src/library/report.ts";
import { parseCsv } from "../../src/recording/csv-reader.ts";
import { runInProcess } from "../support/in-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinyConfig } from "../support/tiny-config.ts";

const EVERYTHING = "{ classes: true, calibration: true, corruptions: [noise, blur], severities: [1, 5] }";

describe("evaluate", () => {
  let folder = "";
  const sweep = (...set: readonly string[]) =>
    runInProcess(["sweep", "--config", "tiny.yaml", ...set.flatMap((one) => ["--set", one])], {
      cwd: folder,
    });
  const file = (study: string, name: string) => path.join(folder, "results", study, name);
  const text = (study: string, name: string) => readFile(file(study, name), "utf8");
  const rowsOf = async <Name extends "results" | "classes" | "calibration" | "corruptions">(name: Name) =>
    parseCsv(name, await text("measured", `${name}.csv`), `${name}.csv`).map(({ row }) => row);

  beforeAll(async () => {
    folder = await temporaryFolder();
    await writeTinyConfig(folder);
    const ends = [await sweep("name=plain"), await sweep("name=measured", `evaluate=${EVERYTHING}`)];
    expect(ends.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      ends.map(() => ({ code: 0, stderr: expect.anything() })),
    );
  });

  test("changes no result: the other columns and tables are as without it", async () => {
    const plain = (await text("plain", "results.csv")).replaceAll("plain", "measured").trim().split("\n");
    const measured = (await text("measured", "results.csv")).trim().split("\n");
    expect(measured.map((line, i) => line.startsWith(plain[i] ?? "?"))).toEqual(plain.map(() => true));
    expect(measured[0]).toBe(`${plain[0]},baseline_ece,pruned_ece,ece`);
    for (const name of ["summary.csv", "layers.csv", "history.csv"]) {
      expect(await text("measured", name)).toBe((await text("plain", name)).replaceAll("plain", "measured"));
    }
    const tables = ["classes.csv", "calibration.csv", "corruptions.csv"];
    const [without, withThem] = [await readdir(file("plain", "")), await readdir(file("measured", ""))];
    expect(without.filter((name) => tables.includes(name))).toEqual([]);
    expect(withThem.filter((name) => tables.includes(name)).sort()).toEqual(tables.toSorted());
  });

  test("the classes of a network add up to its accuracy, at all three stages", async () => {
    const classes = await rowsOf("classes");
    for (const result of await rowsOf("results")) {
      const own = classes.filter(
        ({ method, seed, target_sparsity }) =>
          method === result.method && seed === result.seed && target_sparsity === result.target_sparsity,
      );
      expect(own.map((row) => row.class)).toEqual([0, 1, 2]);
      for (const key of ["baseline_accuracy", "pruned_accuracy", "accuracy"] as const) {
        const correct = own.reduce((sum, row) => sum + row.test_examples * (row[key] ?? 0), 0);
        expect(correct / result.test_examples).toBeCloseTo(result[key] ?? -1, 4);
      }
    }
  });

  test("the bins of a network hold every test example, and give its accuracy and its calibration error", async () => {
    const bins = await rowsOf("calibration");
    for (const result of await rowsOf("results")) {
      const own = bins.filter(
        ({ method, seed, target_sparsity }) =>
          method === result.method && seed === result.seed && target_sparsity === result.target_sparsity,
      );
      expect(own.map(({ bin }) => bin)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
      const sum = (value: (row: (typeof own)[number]) => number) =>
        own.reduce((total, row) => total + value(row), 0);
      expect(sum(({ examples }) => examples ?? 0)).toBe(result.test_examples);
      const right = sum(({ examples, accuracy }) => (examples ?? 0) * (accuracy ?? 0));
      expect(right / result.test_examples).toBeCloseTo(result.accuracy ?? -1, 4);
      const error = sum(
        ({ examples, accuracy, confidence }) =>
          (examples ?? 0) * Math.abs((accuracy ?? 0) - (confidence ?? 0)),
      );
      expect(error / result.test_examples).toBeCloseTo(result.ece ?? -1, 4);
    }
  });

  test("every network is tested on every damaged set, the dense control as under every method", async () => {
    const rows = await rowsOf("corruptions");
    const one = rows.filter(
      ({ method, seed, target_sparsity }) =>
        method === "l1-unstructured" && seed === 1 && target_sparsity === 0.9,
    );
    expect(one.map(({ corruption, severity }) => `${corruption} ${severity}`)).toEqual([
      "noise 1",
      "noise 5",
      "blur 1",
      "blur 5",
    ]);
    expect(rows).toHaveLength(4 * 8);
    expect(rows.every(({ accuracy, pruned_loss }) => accuracy !== null && pruned_loss !== null)).toBe(true);
    const control = (of: string) =>
      rows
        .filter(({ method, target_sparsity }) => method === of && target_sparsity === 0)
        .map(({ loss }) => loss);
    expect(control("l1-unstructured")).toEqual(control("global-magnitude"));
  });

  test("the report has the charts, and comes out the same when it is drawn again from the tables", async () => {
    const page = await text("measured", "report.html");
    for (const chart of ["class-accuracy", "reliability", "corruptions"]) {
      expect(page).toContain(`data-name="${chart}"`);
      expect(await readdir(file("measured", "charts"))).toContain(`${chart}.svg`);
    }
    await report([file("measured", "")]);
    expect(await text("measured", "report.html")).toBe(page);
  });

  test("takes what is stored when only it is new; what it no longer asks for goes", async () => {
    const again = await sweep("name=measured", "evaluate={ classes: true }");
    expect(again.code).toBe(0);
    const names = await readdir(file("measured", ""));
    expect(names).toContain("classes.csv");
    expect(names).not.toContain("corruptions.csv");
    expect(await text("measured", "report.html")).not.toContain('data-name="corruptions"');
  });
});

describe("what cannot be measured is said", () => {
  test.each([
    [
      "evaluate={}",
      "evaluate: it measures nothing. Set classes, calibration, shrunk, weights or sweetSpot to true, or list corruptions.",
    ],
    [
      "evaluate={ corruptions: [fog] }",
      "evaluate.corruptions.0: 'fog' is no corruption. Choices: shift, noise, blur, contrast, rotation.",
    ],
    [
      "evaluate={ corruptions: [translate] }",
      "evaluate.corruptions.0: 'translate' is no corruption. Did you mean 'shift'? Choices: shift, noise, blur, contrast, rotation.",
    ],
    [
      "evaluate={ corruptions: [blur, noise, blur] }",
      "evaluate.corruptions.2: blur is listed twice, first as entry 0.",
    ],
    [
      "evaluate={ corruptions: [blur], severities: [6] }",
      "evaluate.severities.0: '6' is no severity. Choices: 1, 2, 3, 4, 5.",
    ],
    ["evaluate={ clases: true }", "evaluate.clases: unknown key. Did you mean 'classes'?"],
  ])("%s", async (setting, message) => {
    const folder = await temporaryFolder();
    await writeTinyConfig(folder);
    const { code, stderr } = await runInProcess(
      ["sweep", "--no-charts", "--config", "tiny.yaml", "--set", setting],
      {
        cwd: folder,
      },
    );
    expect(stderr.replaceAll("\n", " ")).toContain(message);
    expect(code).toBe(2);
  });

  test.each([
    [
      "{ classes: true }",
      "evaluate.classes is measured on classes, and synthetic-friedman1 has none. Leave it out.",
    ],
    [
      "{ calibration: true }",
      "evaluate.calibration is measured on classes, and synthetic-friedman1 has none. Leave it out.",
    ],
    [
      "{ corruptions: [blur] }",
      "evaluate.corruptions are done to images, and synthetic-friedman1 has none. Leave them out.",
    ],
  ])("of a regression on a table: %s", async (evaluate, message) => {
    const folder = await temporaryFolder();
    await writeTinyConfig(folder);
    const set = [`evaluate=${evaluate}`, "dataset={ name: synthetic, targets: { name: friedman1 } }"];
    const { code, stderr } = await runInProcess(
      ["sweep", "--no-charts", "--config", "tiny.yaml", ...set.flatMap((one) => ["--set", one])],
      { cwd: folder },
    );
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
