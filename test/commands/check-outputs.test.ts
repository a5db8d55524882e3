import { chmod, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { formatCsv } from "../../src/recording/csv.ts";
import type { ResultRow } from "../../src/recording/rows.ts";
import { runInProcess } from "../support/in-process.ts";
import { resultRow } from "../support/result-rows.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

const folder = await temporaryFolder();
const check = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runInProcess(["check", ...args], { cwd: folder, env: { GITHUB_ACTIONS: "", ...env } });
const read = (name: string) => readFile(path.join(folder, name), "utf8");

const rows = (seeds: number, change: (row: ResultRow) => Partial<ResultRow> = () => ({})) =>
  [0, 0.9].flatMap((sparsity) =>
    Array.from({ length: seeds }, (_, seed) => {
      const row = resultRow({
        target_sparsity: sparsity,
        sparsity,
        seed,
        accuracy: 0.97 + 0.001 * Math.cos(seed),
      });
      return { ...row, ...change(row) };
    }),
  );
const write = async (name: string, table: readonly ResultRow[]) => {
  await writeFile(path.join(folder, name), formatCsv("results", table));
  return name;
};
const baseline = await write("baseline.csv", rows(5));

describe("places that a report may not take", () => {
  test("inputs, tables and foreign files stay as they are, and the check ends with 2", async () => {
    await write("other.csv", rows(5));
    await writeFile(path.join(folder, "README.md"), "# Mine\n");
    await symlink("baseline.csv", path.join(folder, "link.xml"));
    const before = await Promise.all(["baseline.csv", "other.csv", "README.md"].map(read));
    for (const [flag, file, reason] of [
      ["--junit", "baseline.csv", "is read by this command"],
      ["--markdown", "link.xml", "is read by this command"],
      ["--junit", "other.csv", "is a results table"],
      ["--markdown", "README.md", "is not a Markdown report"],
    ] as const) {
      const { code, stderr } = await check([baseline, "--against", baseline, flag, file]);
      expect({ file, code, stderr }).toEqual({
        file,
        code: 2,
        stderr: expect.stringContaining(`${file} ${reason}`),
      });
    }
    expect(await Promise.all(["baseline.csv", "other.csv", "README.md"].map(read))).toEqual(before);
  });

  test("a report replaces an earlier one; devices stay devices; - is stdout, and the text goes to stderr", async () => {
    for (let i = 0; i < 2; i++) {
      const { code } = await check([
        baseline,
        "--against",
        baseline,
        "--junit",
        "a.xml",
        "--markdown",
        "a.md",
      ]);
      expect(code).toBe(0);
    }
    expect((await check([baseline, "--against", baseline, "--junit", "/dev/null"])).code).toBe(0);
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
    const { stdout, stderr } = await check([baseline, "--against", baseline, "--junit", "-"]);
    expect(stdout).toBe(await read("a.xml"));
    expect(stderr).toContain("Identical to the baseline.");
  });

  test("the summary of a job is added to", async () => {
    await writeFile(path.join(folder, "step_summary"), "# of another step\n");
    const env = { GITHUB_STEP_SUMMARY: path.join(folder, "step_summary") };
    const args = [baseline, "--against", baseline, "--markdown", path.join(folder, "step_summary")];
    expect((await check(args, env)).code).toBe(0);
    expect(await read("step_summary")).toBe(`# of another step\n${await read("a.md")}`);
    expect((await check(args)).code).toBe(2);
  });
});

test("a comparison that cannot be made is no blank page", async () => {
  const five = await write("five.csv", rows(3));
  const { code, stderr } = await check(
    [five, "--against", baseline, "--junit", "b.xml", "--markdown", "b.md"],
    {
      GITHUB_ACTIONS: "true",
    },
  );
  expect(code).toBe(2);
  expect(stderr).toContain("::error title=prune-lab check::Not compared: The seeds differ:%0A");
  expect(stderr).toContain("prune-lab: The seeds differ:\n  five.csv has no seeds 3, 4, at all 2 points\n");
  expect(await read("b.xml")).toContain('errors="1"');
  expect(await read("b.md")).toContain("**Not compared: The seeds differ:**");
  const allowed = await check([five, "--against", baseline, "--allow-missing-seeds"]);
  expect(allowed).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^No regression: 3 of 3 shared seeds identical/),
  });
});

test("in a log of GitHub Actions names are no commands", async () => {
  const named = (row: ResultRow) => ({ ...row, method: "a\n::error::injected", model: "::stop-commands::x" });
  await mkdir(path.join(folder, "x\n::warning::y"));
  const odd = await write("x\n::warning::y/odd.csv", rows(5, named));
  const worse = await write(
    "worse.csv",
    rows(5, (row) => ({ ...named(row), accuracy: 0.9 + 0.001 * row.seed })),
  );
  const { code, stdout, stderr } = await check([worse, "--against", odd, "--all"], {
    GITHUB_ACTIONS: "true",
  });
  expect(code).toBe(1);
  const commands = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trimStart().startsWith("::"));
  expect(commands.length).toBeGreaterThan(0);
  for (const line of commands) expect(line).toMatch(/^::error title=/);
});

describe("--update", async () => {
  const study = await tinyStudy(folder);

  test("writes the settings beside the table; a setting that moves is named, and --fail-on-stale ends with 2", async () => {
    await runIn(path.join(folder, "sweep"), study);
    const { stdout } = await check(["sweep", "--against", "ci/tiny.csv", "--update"]);
    expect(stdout).toBe(
      "ci/tiny.csv is written: 12 rows; what they were made with is in ci/tiny.origin.yaml.\n",
    );
    expect(await check(["sweep", "--against", "ci/tiny.csv", "--fail-on-stale", "--exact"])).toMatchObject({
      code: 0,
      stdout: "Identical to the baseline.\n",
    });
    const origin = await read("ci/tiny.origin.yaml");
    await writeFile(
      path.join(folder, "ci/tiny.origin.yaml"),
      origin.replace("batchSize: 16", "batchSize: 32"),
    );
    const moved = await check(["sweep", "--against", "ci/tiny.csv"]);
    expect(moved.stdout).toContain("A setting differs: train.batchSize: 32 there, 16 now.\n");
    const stale = await check(["sweep", "--against", "ci/tiny.csv", "--fail-on-stale"]);
    expect(stale.code).toBe(2);
    expect(stale.stderr).toContain("made with other settings:\n  train.batchSize: 32 there, 16 now\n");
  });

  test("a bare table has no settings to write, and takes those of the table before away", async () => {
    const { code } = await check([baseline, "--against", "ci/tiny.csv", "--update", "--allow-missing"]);
    expect(code).toBe(0);
    await expect(read("ci/tiny.origin.yaml")).rejects.toThrow("ENOENT");
    expect((await check([baseline, "--against", "ci/tiny.csv"])).code).toBe(0);
  });
});

test("a report in a folder that cannot be written ends with 2", async () => {
  await mkdir(path.join(folder, "closed"));
  await chmod(path.join(folder, "closed"), 0o500);
  const { code } = await check([baseline, "--against", baseline, "--junit", "closed/a.xml"]);
  // Root may write anywhere.
  expect(code).toBe(process.getuid?.() === 0 ? 0 : 2);
});
