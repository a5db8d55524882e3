import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../src/foundations/paths.ts";
import * as library from "../src/index.ts";
import { runCli } from "./support/cli.ts";
import { filesOf } from "./support/results.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";
import { writeTinyConfig } from "./support/tiny-config.ts";

const run = promisify(execFile);
const folder = await temporaryFolder();
const config = path.join(folder, await writeTinyConfig(folder));
const set = [`dataset.path=${JSON.stringify(path.join(folder, "tiny-digits"))}`];

describe("the library", () => {
  test("is what package.json exports, and docs/library.md names every function", async () => {
    const built = (await import("prune-lab")) as Record<string, unknown>;
    expect(Object.keys(built).sort()).toEqual(Object.keys(library).sort());
    const text = await readFile(path.join(packageRoot, "docs", "library.md"), "utf8");
    for (const name of Object.keys(library)) expect(text).toContain(`\`${name}`);
  });

  test("sweep writes what the command writes, prints nothing and returns the rows", async () => {
    // A program of its own, so that nothing else can print.
    const program = `
      import { sweep } from "prune-lab";
      const options = { out: ${JSON.stringify(path.join(folder, "library"))}, set: ${JSON.stringify(set)} };
      const { results, summary } = await sweep(${JSON.stringify(config)}, options);
      if (results.length !== 8 || summary.length !== 4) throw new Error("rows are missing");`;
    const evaluate = ["--input-type=module", "--eval", program];
    expect(await run(process.execPath, evaluate, { cwd: packageRoot })).toEqual({ stdout: "", stderr: "" });
    const args = ["sweep", "--config", "tiny", "--set", set[0] ?? "", "--out", "command", "--quiet"];
    expect((await runCli(args, { cwd: folder })).code).toBe(0);
    expect(await filesOf(path.join(folder, "library"))).toEqual(await filesOf(path.join(folder, "command")));
  });

  test("an aborted sweep rejects with kind interrupted, and continues", async () => {
    const interruption = new AbortController();
    const out = path.join(folder, "aborted");
    const first = library.sweep(config, {
      set: [...set, "train.epochs=40"],
      out,
      signal: interruption.signal,
      onEvent: ({ event }) => event === "run-started" && interruption.abort(),
    });
    await expect(first).rejects.toMatchObject({ name: "PruneLabError", kind: "interrupted" });
    const { results } = await library.sweep(config, { set: [...set, "train.epochs=40"], out });
    expect(results).toHaveLength(8);
  });

  test("a config as data is checked like a file", async () => {
    const wrong = { name: "x", dataset: { name: "mnist" }, model: { name: "mlp" }, seeds: [1, 1] } as const;
    await expect(
      library.sweep({ ...wrong, seeds: [1, 1] }, { out: path.join(folder, "no") }),
    ).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining("config: seeds.1: 1 is listed twice"),
    });
  });

  test("batch throws for a wrong config, and else tells how each sweep ended", async () => {
    await expect(library.batch(["nowhere"])).rejects.toMatchObject({ kind: "input" });
    const { sweeps, summary } = await library.batch([config], { set, out: path.join(folder, "batch") });
    expect(sweeps.map(({ study, end }) => [study, end.state])).toEqual([["tiny", "done"]]);
    expect(summary).toHaveLength(2);
  });
});

test("the example of docs/library.md runs", async () => {
  const example = path.join(packageRoot, "docs", "library-example.mjs");
  const { stdout } = await run(process.execPath, [example, path.join(folder, "example")], { cwd: folder });
  expect(stdout).toMatch(
    /^dense \d\d\.\d%\nwithin a point of it up to \d+%: \d\d\.\d%, \d+\.\dx smaller\ncheck: identical\n$/,
  );
});
