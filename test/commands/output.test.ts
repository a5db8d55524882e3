import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { formatCsv } from "../../src/recording/csv.ts";
import { runCli } from "../support/cli.ts";
import { resultRow } from "../support/result-rows.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();
const cli = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCli(args, { cwd: folder, env });

/** A screen cleared, a character taken back, C1, text turned round, a workflow command on a line of its own. */
const HOSTILE = "x\u001b[2J\b\u009b\u202e\n::error::injected";
const LIVE = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u;

describe("what data holds is shown and not obeyed", () => {
  test("names from a table", async () => {
    const rows = [0, 0.9].map((target_sparsity) => resultRow({ method: HOSTILE, target_sparsity }));
    await writeFile(path.join(folder, "now.csv"), formatCsv("results", rows));
    const before = rows.map((row) => ({ ...row, nonzero_parameters: row.nonzero_parameters - 1 }));
    await writeFile(path.join(folder, "before.csv"), formatCsv("results", before));
    for (const env of [{ GITHUB_ACTIONS: "true" }, { GITHUB_ACTIONS: "true", FORCE_COLOR: "1" }]) {
      const { code, stdout, stderr } = await cli(["check", "now.csv", "--against", "before.csv"], env);
      expect(code).toBe(1);
      expect(stdout).toContain("x\\u001b[2J\\u0008\\u009b\\u202e");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colors of prune-lab's own
      expect(stdout.replaceAll(/\u001b\[\d+m/g, "")).not.toMatch(LIVE);
      expect(stderr).not.toMatch(LIVE);
      expect(stdout).not.toMatch(/^\s*::/m);
      expect(stderr).not.toMatch(/^::error::injected/m);
    }
  });

  test.each([
    ["--set", ["sweep", "--config", "mnist-mlp", "--set", `name=${JSON.stringify(HOSTILE)}`]],
    ["the text of --set", ["sweep", "--config", "mnist-mlp", "--set", HOSTILE]],
    ["a config's name", ["sweep", "--config", HOSTILE]],
    ["a file's name", ["report", HOSTILE]],
    ["a flag", ["list", `--${HOSTILE}`]],
    ["a command", [HOSTILE]],
  ])("%s in an error", async (_case, args) => {
    const { code, stdout, stderr } = await cli(args, { GITHUB_ACTIONS: "true", FORCE_COLOR: "1" });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("x\\u001b[2J");
    expect(stderr).not.toMatch(LIVE);
    expect(stderr).not.toMatch(/^\s*::/m);
  });

  test("a config in a file", async () => {
    await writeFile(
      path.join(folder, "hostile.yaml"),
      `dataset: { name: mnist }\n${JSON.stringify(HOSTILE)}: 1\n`,
    );
    const { code, stderr } = await cli(["sweep", "--config", "hostile.yaml"], { GITHUB_ACTIONS: "true" });
    expect(code).toBe(2);
    expect(stderr).toContain("\\u001b[2J");
    expect(stderr).not.toMatch(LIVE);
    expect(stderr).not.toMatch(/^\s*::/m);
  });
});
