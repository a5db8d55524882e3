import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { loadConfig, resolveConfig } from "../../src/config/load.ts";
import { packageRoot } from "../../src/foundations/paths.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import { runInProcess } from "../support/in-process.ts";

const page = readFileSync(path.join(packageRoot, "docs", "ci.md"), "utf8");
/** The block of a language that holds a text. */
const block = (language: string, text: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"))]
    .map(([, code = ""]) => code)
    .find((code) => code.includes(text)) ?? "";

interface Step {
  readonly name?: string;
  readonly run?: string;
}

const steps: readonly Step[] = parse(block("yaml", "jobs:")).jobs.gate.steps;
const runOf = (name: string) => steps.find((step) => step.name === name)?.run ?? "";

test("the workflow and the script run the same commands", () => {
  const script = block("bash", "npm ci").trimEnd().split("\n");
  expect(["Install", "Sweep", "Check"].map(runOf)).toEqual(script);
});

test("the config on the page is one", () => {
  expect(() =>
    resolveConfig({ name: "curve", ...parse(block("yaml", "source: bundled")) }, { set: [] }),
  ).not.toThrow();
});

test("the step that comments is a script", () => {
  const { status, stderr } = spawnSync("bash", ["-n"], { input: runOf("Comment"), encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("every flag on the page is one of the command's", async () => {
  const { stdout: help } = await runInProcess(["check", "--help"], { cwd: packageRoot });
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
