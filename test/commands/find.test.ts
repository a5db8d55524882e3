import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinyConfig } from "../support/tiny-config.ts";

const folder = await temporaryFolder();
const cli = (...args: string[]) => runInProcess(args, { cwd: folder });
const QUICK = ["--within", "5", "--tolerance", "0.5"];

beforeAll(async () => {
  await writeTinyConfig(folder);
});

describe("find", () => {
  test("prints what it found, and what bisection promises", async () => {
    const { code, stdout, stderr } = await runCli(["find", "--config", "tiny.yaml", ...QUICK], {
      cwd: folder,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^method +pruned +kept +validation drop +test accuracy +test drop +looks\nl1-unstructured +\d[\d.]*% .*\nglobal-magnitude +\d[\d.]*% /,
    );
    expect(stdout).toContain("is at most\n5 points on the validation examples.");
    expect(stdout).toContain("there may be others beyond it.");
    expect(stdout).toContain(path.join("results", "tiny", "find.csv"));
    expect(stderr).toMatch(
      /global-magnitude at [\d.]+% pruned: a drop of -?[\d.]+ points on the validation examples, (in|out)side\./,
    );
    expect(await readFile(path.join(folder, "results", "tiny", "find.csv"), "utf8")).toMatch(
      /^study,dataset,model,method,/,
    );
  });

  test("--json ends with what it found, and prints nothing else", async () => {
    const { code, stdout, stderr } = await cli("find", "--config", "tiny", ...QUICK, "--json");
    expect([code, stderr]).toEqual([0, ""]);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({
      event: "found",
      study: "tiny",
      within: 5,
      tolerance: 0.5,
      metric: "accuracy",
      methods: [{ method: "l1-unstructured" }, { method: "global-magnitude" }],
    });
    expect(events.some(({ event }) => event === "run-started")).toBe(false);
    const page = await readFile(path.join(import.meta.dirname, "..", "..", "docs", "events.md"), "utf8");
    for (const field of Object.keys(events.at(-1)))
      expect(page.split("## found")[1]).toContain(`| \`${field}\` |`);
  });

  test.each([
    [["--within", "x"], "It must be a number from 0."],
    [["--set", "dataset.validation=0"], "tiny: tiny-digits has no validation examples"],
    [["--tolerance", "7"], "tolerance: 7 is not a number from 0.000001 to 1"],
    [["--set", "model.hidden=[9]"], "holds a sweep with other settings"],
  ])("%j is wrong input", async (flags, message) => {
    const { code, stdout, stderr } = await cli("find", "--config", "tiny", ...flags);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });
});

test("a sweep with a rule for its seeds says the range before it runs, and refuses a shard", async () => {
  const rule = ["--set", "seeds={ until: 0.5, atLeast: 2, atMost: 4 }"];
  const plan = await cli("sweep", "--config", "tiny", ...rule, "--dry-run");
  expect(plan.stdout).toContain(
    "2 methods x 2 sparsities x 2 seeds = 8 rows; seeds are added up to 4, until every 95% interval is within ±0.5",
  );
  const json = JSON.parse((await cli("sweep", "--config", "tiny", ...rule, "--dry-run", "--json")).stdout);
  expect(json).toMatchObject({ seeds: 2, seedsAtMost: 4 });
  const shard = await cli("sweep", "--config", "tiny", ...rule, "--shard", "1/2", "--out", "part");
  expect(shard).toMatchObject({ code: 2, stdout: "" });
  expect(shard.stderr).toContain(
    "Give the seeds as a list, such as --set 'seeds=[0,1,2,3,4]', or leave --shard out.",
  );
});
