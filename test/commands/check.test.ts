import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { lockFolder } from "../../src/foundations/folder-lock.ts";
import { formatCsv } from "../../src/recording/csv.ts";
import type { ResultRow } from "../../src/recording/rows.ts";
import { runCli } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";
import { resultRow } from "../support/result-rows.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

const folder = await temporaryFolder();
const check = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runInProcess(["check", ...args], { cwd: folder, env: { GITHUB_ACTIONS: "", ...env } });
const checkByBinary = (args: readonly string[]) =>
  runCli(["check", ...args], { cwd: folder, env: { GITHUB_ACTIONS: "" } });

const NOISE = [0.0008, -0.0012, 0.0003, 0.0011, -0.001];
const curve = (change: (row: ResultRow) => Partial<ResultRow> = () => ({})) =>
  [0, 0.9, 0.98].flatMap((sparsity) =>
    NOISE.map((noise, seed) => {
      const accuracy = 0.98 - 0.01 * sparsity + noise * Math.cos(7 * sparsity + seed);
      const row = resultRow({ target_sparsity: sparsity, sparsity, seed, accuracy });
      return { ...row, ...change(row) };
    }),
  );
const write = async (name: string, rows: readonly ResultRow[]) => {
  await writeFile(path.join(folder, name), formatCsv("results", rows));
  return name;
};
const worse = (row: ResultRow) =>
  row.target_sparsity === 0.98 && row.accuracy !== null ? { accuracy: row.accuracy - 0.012 } : {};

const baseline = await write("baseline.csv", curve());
const regressed = await write("regressed.csv", curve(worse));

describe("check", () => {
  test("identical results pass at once", async () => {
    expect(await checkByBinary([baseline, "--against", baseline])).toEqual({
      code: 0,
      stderr: "",
      stdout:
        "Identical to the baseline.\n" +
        "Not verified, since baseline.csv is a bare table: settings, version of prune-lab, build of the " +
        "engine. Recipe, engine, dataset and model are compared by their columns.\n",
    });
  });

  test("a regression ends with 1: the verdict, then the table, worst first", async () => {
    const { code, stdout } = await checkByBinary([regressed, "--against", baseline]);
    expect(code).toBe(1);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(
      /^Regression: global-magnitude at 98%: loses 1\.20 points \(p <0\.001, 5 .*seeds\) of 4 compared\.$/,
    );
    expect(lines[2]).toMatch(/^method +pruned +baseline % +now % +drop +p +detectable +by +verdict$/);
    expect(lines[3]).toMatch(/^global-magnitude +98% .*1\.20 +<0\.001 .* REGRESSION$/);
    expect(lines[5]).toMatch(/5 of 5 shared seeds identical +identical$/);
  });

  const guessing = { baseline_accuracy: 0.1, baseline_loss: 2.4, accuracy: 0.1, loss: 2.4 };

  test("networks that learned in the baseline and not now are a regression, told first", async () => {
    const failed = await write(
      "failed.csv",
      curve(({ seed }) => (seed < 2 ? guessing : {})),
    );
    // So large a tolerance that no test would find it.
    const { code, stdout } = await check([failed, "--against", baseline, "--tolerance", "100"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^Regression: dense baseline at 0%: did not learn: accuracy 62\.\d+ instead of 97\.90 \(seeds 0, 1\).*\nNow: .*\n\nmethod.*\ndense baseline +0% .* CHANGED\n/,
    );
    expect(stdout).toMatch(
      /Now: The dense baselines of seeds 0, 1 \(of 5\) did not learn: test accuracy 10\.0%/,
    );
    const { code: other, stdout: told } = await check([baseline, "--against", failed]);
    expect(other).toBe(0);
    expect(told).toMatch(
      /^In the baseline: The dense baselines of seeds 0, 1 \(of 5\) did not learn: .* No regression: /,
    );
  });

  test("a baseline that learned nothing lets nothing pass", async () => {
    const useless = await write(
      "useless.csv",
      curve(() => guessing),
    );
    for (const results of [baseline, useless]) {
      const { code, stderr } = await check([results, "--against", useless]);
      expect(code).toBe(2);
      expect(stderr).toContain("No network of the baseline useless.csv learned");
    }
    expect((await check([useless, "--against", useless, "--exact"])).code).toBe(0);
  });

  test("--tolerance and --alpha decide what counts", async () => {
    expect((await check([regressed, "--against", baseline, "--tolerance", "1.5"])).code).toBe(0);
    expect((await check([regressed, "--against", baseline, "--alpha", "1e-12"])).code).toBe(0);
    for (const wrong of [
      ["--alpha", "5"],
      ["--tolerance", "-1"],
      ["--alpha", ""],
      ["--tolerance", "x"],
    ]) {
      expect(await check([regressed, "--against", baseline, ...wrong])).toMatchObject({
        code: 2,
        stdout: "",
      });
    }
  });

  test("--exact fails at the last digit of any cell", async () => {
    const digit = await write(
      "digit.csv",
      curve(({ seed }) => (seed === 2 ? { pruned_loss: 0.090001 } : {})),
    );
    expect((await check([digit, "--against", baseline])).code).toBe(0);
    const { code, stdout } = await check([digit, "--against", baseline, "--exact"]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      "Not identical to the baseline: global-magnitude at 0%: pruned_loss 0.090001 instead of 0.09 (seed 2), and 2 more items.",
    );
  });

  test("--json is one line that holds the whole comparison", async () => {
    const { code, stdout } = await check([regressed, "--against", baseline, "--json"]);
    expect(code).toBe(1);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({
      event: "check",
      verdict: "regression",
      results: "regressed.csv",
      baseline: "baseline.csv",
      metric: "accuracy",
      options: { alpha: 0.05, tolerance: 0.5, exact: false, allowMissing: false },
      items: [
        { curve: "global-magnitude", sparsity: 0.98, verdict: "regression" },
        {},
        {},
        { sparsity: expect.anything() },
      ],
    });
  });

  test("a grid that differs is refused, unless --allow-missing", async () => {
    const part = await write(
      "part.csv",
      curve().filter((row) => row.target_sparsity !== 0.9),
    );
    const refused = await check([part, "--against", baseline]);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("part.csv has no global-magnitude at sparsity 0.9");
    const allowed = await check([part, "--against", baseline, "--allow-missing"]);
    expect(allowed.code).toBe(0);
    expect(allowed.stdout).toContain("Not compared: part.csv has no global-magnitude at sparsity 0.9");
  });

  test.each([
    ["empty.csv", "", "empty.csv, line 1: the file is empty."],
    ["nan.csv", formatCsv("results", curve()).replace("0.085000", "NaN"), "nan.csv, line 2: loss is 'NaN'"],
    [
      "twice.csv",
      formatCsv("results", [...curve(), ...curve().slice(3, 4)]),
      "twice.csv, line 17: global-magnitude at sparsity 0 with seed 3",
    ],
    [
      "mnist-10k.csv",
      formatCsv(
        "results",
        curve(() => ({ dataset: "mnist-10k" })),
      ),
      "Different datasets cannot be compared",
    ],
  ])("a baseline that cannot be used ends with 2: %s", async (name, content, message) => {
    await writeFile(path.join(folder, name), content);
    const { code, stdout, stderr } = await check([regressed, "--against", name]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});

describe("check of a regression", async () => {
  const losses = (factor = 1) =>
    curve(({ target_sparsity, seed }) => {
      const loss = 0.05 * (1 + target_sparsity + 0.01 * Math.cos(7 * target_sparsity + seed));
      const own = target_sparsity === 0.98 ? factor * loss : loss;
      return {
        baseline_accuracy: null,
        pruned_accuracy: null,
        accuracy: null,
        accuracy_drop: null,
        loss: own,
      };
    });
  const before = await write("losses.csv", losses());

  test("a re-run passes", async () => {
    const { code, stdout } = await check([before, "--against", before]);
    expect({ code, start: stdout.split("\n")[0] }).toEqual({ code: 0, start: "Identical to the baseline." });
  });

  test("a rise of the loss ends with 1, told in percent of the baseline's", async () => {
    const worse = await write("higher.csv", losses(1.12));
    const { code, stdout } = await check([worse, "--against", before, "--junit", "losses.xml"]);
    expect(code).toBe(1);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[2]).toMatch(/^method +pruned +baseline +now +rise % +p +detectable % +by +verdict$/);
    expect(lines[3]).toMatch(/^global-magnitude +98% +0\.09\d+ +0\.11\d+ +12\.00 +<0\.001 .* REGRESSION$/);
    expect(lines[0]).toMatch(
      /^Regression: global-magnitude at 98%: rises by 12\.00% \(p <0\.001, .*seeds\).* of 4 compared\.$/,
    );
    expect(await readFile(path.join(folder, "losses.xml"), "utf8")).toContain("rises by 12.00%");
    expect((await check([worse, "--against", before, "--tolerance", "15"])).code).toBe(0);
  });

  test("a fall of the loss passes as an improvement", async () => {
    const better = await write("lower.csv", losses(0.9));
    const { code, stdout } = await check([better, "--against", before, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: "no regression",
      metric: "loss",
      options: { tolerance: 2 },
    });
    const { stdout: text } = await check([better, "--against", before]);
    expect(text).toMatch(
      /^No regression: of 2 rises tested, none is above 2% and significant .*; 2 more items identical; 1 improvement\./,
    );
  });
});

describe("reports", () => {
  const hostile = (row: ResultRow) => ({ ...worse(row), method: `<b>"a" & 'b' | c\u0007` });
  const markup = { baseline: "", results: "" };
  const prepare = async () => {
    markup.baseline = await write(
      "markup-baseline.csv",
      curve((row) => ({ method: hostile(row).method })),
    );
    markup.results = await write("markup.csv", curve(hostile));
  };

  test("JUnit: a test case for each item, names escaped", async () => {
    await prepare();
    expect((await check([markup.results, "--against", markup.baseline, "--junit", "junit.xml"])).code).toBe(
      1,
    );
    const xml = await readFile(path.join(folder, "junit.xml"), "utf8");
    expect(xml).toContain('<testsuites tests="4" failures="1" errors="0">');
    expect(xml.match(/<testcase /g)).toHaveLength(4);
    expect(xml).toContain('name="&lt;b&gt;&quot;a&quot; &amp; &apos;b&apos; | c\\u0007 at 98%"');
    expect(xml).toMatch(/<failure message="loses 1\.20 points \(p &lt;0\.001, /);
  });

  test("Markdown: the verdict, a table, names as text", async () => {
    await prepare();
    await check([markup.results, "--against", markup.baseline, "--markdown", "report.md"]);
    const lines = (await readFile(path.join(folder, "report.md"), "utf8")).split("\n");
    expect(lines[2]).toMatch(/^\*\*Regression: .* loses 1\.20 points .*\*\*$/);
    expect(lines[6]).toMatch(/^\| \\<b\\>"a" \\& 'b' \\\| c\S* \| 98% \|/);
    // Cells are split at bars that are not escaped.
    for (const row of lines.slice(4, 10)) expect(row.match(/(?<!\\)\|/g)).toHaveLength(10);
  });

  test("GitHub Actions gets annotations, on stderr", async () => {
    const env = { GITHUB_ACTIONS: "true" };
    const failed = await check([regressed, "--against", baseline, "--json"], env);
    expect(failed.stderr).toMatch(
      /^::error title=global-magnitude at 98%25::global-magnitude at 98%25: loses 1\.20 points .*\n$/,
    );
    expect(JSON.parse(failed.stdout).verdict).toBe("regression");
    const passed = await check([baseline, "--against", baseline], env);
    expect(passed.stderr).toBe("::notice title=prune-lab check::Identical to the baseline.\n");
  });

  test("a report that cannot be written ends with 2", async () => {
    expect(await check([baseline, "--against", baseline, "--junit", "baseline.csv/x.xml"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("baseline.csv/x.xml cannot be written (ENOTDIR)."),
    });
  });
});

describe("--update", () => {
  test("writes a new baseline, after which the results pass", async () => {
    const { code, stdout } = await check([regressed, "--against", "baselines/new.csv", "--update"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "baselines/new.csv is written: 15 rows.\n" });
    expect((await check([regressed, "--against", "baselines/new.csv", "--exact"])).code).toBe(0);
  });

  test("tells what changes when it replaces one, and ends with 0", async () => {
    const old = await write("old.csv", curve());
    const { code, stdout } = await check([regressed, "--against", old, "--update"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Regression: global-magnitude at 98%.*\nold\.csv is written: 15 rows\.\n$/s);
    expect(await readFile(path.join(folder, old))).toEqual(await readFile(path.join(folder, regressed)));
  });

  test("replaces a damaged baseline, and one of another grid", async () => {
    await writeFile(path.join(folder, "damaged.csv"), formatCsv("results", curve()).replace("ok", "fine"));
    const { code, stderr } = await check([regressed, "--against", "damaged.csv", "--update"]);
    expect(code).toBe(0);
    expect(stderr).toContain("The old baseline cannot be compared: damaged.csv, line 2: status is 'fine'");
  });

  test("replaces nothing that is no results table", async () => {
    await writeFile(path.join(folder, "package.json"), "{}\n");
    await mkdir(path.join(folder, "results"));
    await runIn(path.join(folder, "finished"), await tinyStudy(folder));
    for (const [other, reason] of [
      ["package.json", "is not a results table"],
      ["results", "is a folder"],
      ["finished/results.csv", "belongs to the results folder"],
      [regressed, "is read by this command"],
    ] as const) {
      expect(await check([regressed, "--against", other, "--update"])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`${other} ${reason}`),
      });
    }
    expect(await readFile(path.join(folder, "package.json"), "utf8")).toBe("{}\n");
  });
});

describe("results folders", () => {
  test("settings that differ are reported, and the accuracies tested", async () => {
    for (const [name, epochs] of [
      ["one", 1],
      ["two", 2],
    ] as const) {
      const options = await tinyStudy(folder);
      const finetune = options.prune.finetune && { ...options.prune.finetune, epochs };
      const study = { ...options, prune: { ...options.prune, finetune } };
      await runIn(path.join(folder, name), study);
    }
    const { stdout } = await check(["two", "--against", "one"]);
    expect(stdout).toContain("A setting differs: prune.finetune.epochs: 1 there, 2 now.\n");
    expect(stdout).toMatch(/seeds are not compared in pairs\.\n/);
    expect(stdout).toContain("knee");
  });

  test("a running sweep ends with 2", async () => {
    await runIn(path.join(folder, "running"), await tinyStudy(folder));
    const lock = await lockFolder(path.join(folder, "running"));
    const { code, stderr } = await check(["running", "--against", "running/results.csv"]);
    await lock.release();
    expect(code).toBe(2);
    expect(stderr).toContain(`running is being written by a sweep (process ${process.pid} on `);
  });
});
