import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { check as compare, isFailed } from "../../../src/library/check.ts";
import { formatCsv } from "../../../src/recording/csv.ts";
import { runInProcess } from "../../support/in-process.ts";
import { resultRow } from "../../support/result-rows.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const folder = await temporaryFolder();
const at = (name: string) => path.join(folder, name);
const CI = { GITHUB_ACTIONS: "", GITHUB_SHA: "", SOURCE_DATE_EPOCH: "1767225600" };
const check = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runInProcess(["check", ...args], { cwd: folder, env: { ...CI, ...env } });
const lines = async (name: string) => (await readFile(at(name), "utf8")).trimEnd().split("\n");

/** A table of three seeds, worse at 98% by so many points; seeds and runs wobble. */
const write = async (name: string, drop: number, run: number) => {
  const rows = [0, 0.9, 0.98].flatMap((sparsity) =>
    [0, 1, 2].map((seed) => {
      const noise = 0.02 * Math.sin(3 * seed + 7 * sparsity) + 0.01 * Math.sin(11 * run + 5 * sparsity);
      const percent = 98 - sparsity - (sparsity === 0.98 ? drop : 0) + noise;
      return resultRow({
        target_sparsity: sparsity,
        sparsity,
        seed,
        accuracy: Number((percent / 100).toFixed(6)),
      });
    }),
  );
  await writeFile(at(name), formatCsv("results", rows));
  return name;
};

describe("check --history", async () => {
  await write("baseline.csv", 0, 0);

  test("keeps a line a run, with commit and date; a re-run adds none", async () => {
    await write("one.csv", 0.1, 1);
    const args = ["one.csv", "--against", "baseline.csv", "--history", "kept.jsonl"];
    const first = await check(args, { GITHUB_SHA: "abc123" });
    expect(first.code).toBe(0);
    expect(first.stdout).toContain("No slow decline in kept.jsonl, of which 1 run can be compared.");
    const again = await check(args, { GITHUB_SHA: "def456" });
    expect(again.stdout).toContain("These results are in it already, so no line was added.");
    const [line = "", ...more] = await lines("kept.jsonl");
    expect(more).toEqual([]);
    expect(JSON.parse(line)).toMatchObject({
      tool: "prune-lab",
      commit: "abc123",
      date: "2026-01-01T00:00:00.000Z",
      subject: { dataset: "mnist", seeds: [0, 1, 2] },
      curves: [
        {
          curve: "global-magnitude",
          worst: { sparsity: 0.98 },
          points: [
            [0, expect.any(Number)],
            [0.9, expect.any(Number)],
            [0.98, expect.any(Number)],
          ],
        },
      ],
    });
  });

  test("ten drops of .3 against a baseline that is renewed with each end with 1", async () => {
    const file = at("decline.jsonl");
    const failed: boolean[] = [];
    let before = "baseline.csv";
    for (let run = 1; run <= 9; run++) {
      const now = await write(`decline-${run}.csv`, 0.3 * run, run);
      const history = { file, commit: `commit${run}` };
      failed.push(isFailed(await compare({ results: at(now), baseline: at(before), history })));
      before = now;
    }
    expect(failed.slice(0, 6)).toEqual([false, false, false, false, false, false]);
    await write("decline-10.csv", 3, 10);
    const args = [
      "decline-10.csv",
      "--against",
      before,
      "--history",
      "decline.jsonl",
      "--junit",
      "decline.xml",
    ];
    const { code, stdout, stderr } = await check(args, { GITHUB_ACTIONS: "true", GITHUB_SHA: "commit10" });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^Slow decline: global-magnitude at 98%: \d\d\.\d\d% to \d\d\.\d\d% over 10 runs, \d\.\d\d points worse \(p <0\.001\), mostly since commit\d/,
    );
    expect(stderr).toMatch(/^::error title=Slow decline::global-magnitude at 98%25/m);
    expect(await readFile(at("decline.xml"), "utf8")).toMatch(
      /<testcase classname="history" name="global-magnitude at 98%">\s*<failure/,
    );
    expect(await lines("decline.jsonl")).toHaveLength(10);
    // Accepted: a new series.
    const request = { results: at("decline-10.csv"), baseline: at("decline-10.csv") };
    const accepted = await compare({ ...request, history: { file, restart: true } });
    expect(isFailed(accepted)).toBe(false);
    expect(isFailed(await compare({ ...request, history: { file } }))).toBe(false);
  });

  test.each([
    ["the baseline", "baseline.csv", "baseline.csv is read by this command"],
    ["another table", "one.csv", "one.csv is a results table"],
    ["another file", "notes.txt", "notes.txt is not a history of this command"],
    [
      "a damaged line",
      "damaged.jsonl",
      "damaged.jsonl, line 2: not a run that check recorded (it is not JSON)",
    ],
    ["standard output", "-", "- is standard output"],
  ])("refuses %s as its file, with nothing written", async (_, file, message) => {
    await writeFile(at("notes.txt"), "notes\n");
    await writeFile(at("damaged.jsonl"), `${(await lines("kept.jsonl"))[0]}\n{\n`);
    const before = file === "-" ? "" : await readFile(at(file), "utf8");
    const { code, stdout, stderr } = await check([
      "baseline.csv",
      "--against",
      "baseline.csv",
      "--history",
      file,
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    if (file !== "-") expect(await readFile(at(file), "utf8")).toBe(before);
  });
});
