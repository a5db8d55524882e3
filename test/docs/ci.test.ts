import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/load.ts";
import { packageRoot } from "../../src/foundations/paths.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import { runCli } from "../support/cli.ts";

const page = readFileSync(path.join(packageRoot, "docs", "ci.md"), "utf8");
const block = (language: string) => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)?.[1] ?? "";

interface Step {
  readonly run?: string;
}

const steps = (): readonly Step[] => parse(block("yaml")).jobs.gate.steps;
const commands = steps().flatMap(({ run }) => (run === undefined ? [] : [run]));

test("the workflow and the script run the same commands", () => {
  const script = block("bash").trimEnd().split("\n").slice(2);
  const place = (command: string) => command.replace('"$GITHUB_STEP_SUMMARY"', "curve.md");
  expect(commands.map(place)).toEqual(script);
  expect(commands).toHaveLength(5);
});

test("every flag on the page is one of the command's", async () => {
  const { stdout: help } = await runCli(["check", "--help"], { cwd: packageRoot });
  const table = page.match(/^\| `--.*$/gm) ?? [];
  const named = table.flatMap((row) => (row.split("|")[1] ?? "").match(/--[a-z-]+/g) ?? []);
  const offered = (help.match(/^ {2}--[a-z-]+/gm) ?? []).map((flag) => flag.trim());
  expect(named.sort()).toEqual(offered.filter((flag) => flag !== "--against").sort());
});

test("the baseline of the exact gate is of its config", async () => {
  const { config } = await loadConfig("configs/ci/exact.yaml", { set: [], cwd: packageRoot });
  const { rows } = await readResults(path.join(packageRoot, "configs", "ci", "exact.csv"));
  const distinct = (values: readonly unknown[]) => [...new Set(values)];
  expect(distinct(rows.map(({ engine }) => engine))).toEqual([config.engine]);
  expect(distinct(rows.map(({ method }) => method))).toEqual(config.prune.methods);
  expect(distinct(rows.map((row) => row.target_sparsity))).toEqual(config.prune.sparsities);
  expect(distinct(rows.map(({ seed }) => seed))).toEqual(config.seeds);
});
