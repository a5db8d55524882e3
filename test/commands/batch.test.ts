import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { BINARY, runCli } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { SLOWLY, writeTinyConfig } from "../support/tiny-config.ts";

const folder = await temporaryFolder();
const at = (...parts: string[]) => path.join(folder, ...parts);
const cli = (...args: string[]) => runInProcess(args, { cwd: folder });
const CONFIGS = ["tiny.yaml", "other"];

beforeAll(async () => {
  await writeTinyConfig(folder);
  const text = await readFile(at("tiny.yaml"), "utf8");
  await writeFile(
    at("other.yaml"),
    text.replace("methods: [l1-unstructured, global-magnitude]", "methods: [random-global]"),
  );
  await writeFile(at("matrix.yaml"), "prune.finetune.epochs: { none: 0, one: 1 }\n");
  await writeFile(at("wrong.yaml"), `${text}epoch: 3\n`);
  expect(await runCli(["batch", ...CONFIGS, "--out", "whole", "--quiet"], { cwd: folder })).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
});

const summaryOf = async (out: string): Promise<Record<string, string>[]> =>
  parse(await readFile(at(out, "batch-summary.csv"), "utf8"), { columns: true });

describe("batch", () => {
  test("gives each sweep the folder that sweep gives it", async () => {
    for (const name of ["tiny", "other"]) {
      expect((await cli("sweep", "--config", name, "--out", `alone-${name}`, "--quiet")).code).toBe(0);
      expect(await filesOf(at("whole", name))).toEqual(await filesOf(at(`alone-${name}`)));
    }
  });

  test("prints one table and writes it as CSV; again, it computes nothing", async () => {
    const before = await filesOf(at("whole"));
    const { code, stdout, stderr } = await cli("batch", ...CONFIGS, "--out", "whole");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^sweep +method +seeds +dense +no loss up to +accuracy +compression +state\n/);
    expect(stdout).toMatch(/\ntiny +global-magnitude +2 +\d+\.\d\d% .* done\n/);
    expect(stderr).toContain("8 runs, 8 of them stored already");
    expect(stdout).toContain(
      `${path.join("whole", "batch-summary.csv")}\n${path.join("whole", "batch-report.html")}\n`,
    );
    expect(await filesOf(at("whole"))).toEqual(before);
    const rows = await summaryOf("whole");
    expect(rows.map(({ study, method, state }) => `${study} ${method} ${state}`)).toEqual([
      "tiny l1-unstructured done",
      "tiny global-magnitude done",
      "other random-global done",
    ]);
  });

  test("lays its sweeps side by side on one page", async () => {
    const page = await readFile(at("whole", "batch-report.html"), "utf8");
    for (const method of ["l1-unstructured", "global-magnitude", "random-global"]) {
      expect(page).toContain(method);
    }
  });

  test("takes an older page away where there is only one sweep to show", async () => {
    await mkdir(at("single"));
    await writeFile(at("single", "batch-report.html"), "of an earlier batch");
    expect((await cli("batch", "tiny", "--out", "single", "--quiet")).code).toBe(0);
    expect((await readdir(at("single"))).sort()).toEqual(["batch-summary.csv", "tiny"]);
  });

  test("--dry-run tells what is stored, shared and left, and writes nothing", async () => {
    const before = await filesOf(at("whole"));
    const done = await cli("batch", ...CONFIGS, "--out", "whole", "--dry-run");
    expect(done.code).toBe(0);
    expect(done.stdout).toMatch(/^sweep +data +model +runs +stored +shared +to run +steps +cost\n/);
    expect(done.stdout).toMatch(/\ntiny +\S+ +mlp +8 +8 +0 +0 +0 +0%\n/);
    expect(done.stdout).toContain("2 sweeps, to be written to whole: 0 runs to compute, 0 optimizer steps.");
    expect(await filesOf(at("whole"))).toEqual(before);

    const fresh = await cli("batch", ...CONFIGS, "--out", "none", "--dry-run", "--json");
    const plans = fresh.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    // The baselines are shared.
    expect(plans).toMatchObject([
      { event: "plan", study: "tiny", toCompute: { runs: 8, stored: 0, shared: 0, missing: 8 } },
      { event: "plan", study: "other", toCompute: { stored: 0, shared: 4, conflicts: [] } },
    ]);
    expect(await readdir(folder)).not.toContain("none");

    const other = await cli("batch", ...CONFIGS, "--out", "whole", "--set", "train.epochs=3", "--dry-run");
    expect(other.stdout).toContain(
      `${path.join("whole", "tiny")} holds a sweep with other settings and cannot be continued:\n  train.epochs: 2 there, 3 now`,
    );
  });

  test("--dry-run --keep-going plans the others, and says which cannot be run", async () => {
    const tiny = await readFile(at("tiny.yaml"), "utf8");
    await writeFile(
      at("lacking.yaml"),
      tiny
        .replace(/^name: .*$/m, "name: lacking")
        .replace(/^train: .*$/m, "train: { from: none.safetensors }"),
    );
    const configs = ["lacking.yaml", ...CONFIGS];
    const stopped = await cli("batch", ...configs, "--out", "whole", "--dry-run");
    expect(stopped).toMatchObject({ code: 2, stdout: "" });
    const { code, stdout, stderr } = await cli(
      "batch",
      ...configs,
      "--out",
      "whole",
      "--dry-run",
      "--keep-going",
    );
    expect(code).toBe(2);
    expect(stdout).toContain("2 sweeps, to be written to whole: 0 runs to compute");
    expect(stderr).toContain("1 of 3 sweeps cannot be run:\n  lacking: train.from: there is no file");
  });

  test("runs every config with every cell of a matrix", async () => {
    const args = ["--matrix", "matrix.yaml", "--set", "seeds=[0]", "--set", "prune.sparsities=[0.5]"];
    const { code, stdout } = await cli(
      "batch",
      ...CONFIGS,
      ...args,
      "--no-charts",
      "--out",
      "matrix",
      "--json",
    );
    expect(code).toBe(0);
    const names = ["other-none", "other-one", "tiny-none", "tiny-one"];
    expect((await readdir(at("matrix"))).sort()).toEqual(["batch-summary.csv", ...names]);
    const computed = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(
        ({ event, kind, sharedFrom }) =>
          event === "run-finished" && kind === "baseline" && sharedFrom === null,
      );
    // One baseline for all four.
    expect(computed).toHaveLength(1);
    expect(await readFile(at("matrix", "tiny-one", "config.yaml"), "utf8")).toContain("name: tiny-one\n");
  });

  test("shards, merged, are the whole, byte for byte", async () => {
    for (const i of [1, 2, 3]) {
      const part = await cli(
        "batch",
        ...CONFIGS,
        "--shard",
        `${i}/3`,
        "--out",
        `part-${i}`,
        "--quiet",
        "--no-charts",
      );
      expect(part).toEqual({ code: 0, stdout: "", stderr: "" });
    }
    expect((await summaryOf("part-2")).map(({ study, state }) => `${study} ${state}`)).toEqual([
      "tiny part",
      "other part",
    ]);
    const merged = await runCli(["merge", "merged", "part-3", "part-1", "part-2"], { cwd: folder });
    expect(merged).toEqual({
      code: 0,
      stdout:
        "merged/tiny: 8 runs, tables, charts and checkpoints.\nmerged/other: 6 runs, tables, charts and checkpoints.\n".replaceAll(
          "/",
          path.sep,
        ),
      stderr: expect.any(String),
    });
    expect(await filesOf(at("merged"))).toEqual(await filesOf(at("whole")));

    const lacking = await cli("merge", "lacking", "part-1", "part-3");
    expect(lacking.code).toBe(2);
    expect(lacking.stderr).toMatch(
      /tiny: \d of 8 runs are in none of the parts \(given: 1\/3, 3\/3\):\n {2}\S+-seed\d\n/,
    );
    const mixed = await cli("merge", "lacking", "part-1", "whole/tiny");
    expect(mixed.code).toBe(2);
    expect(mixed.stderr).toContain("part-1 holds a batch, and whole/tiny a sweep");
    expect(await readdir(folder)).not.toContain("lacking");
  });

  test("Ctrl-C ends it with 130; the same command continues", async () => {
    const args = [...CONFIGS, ...SLOWLY, "--no-charts", "--json"];
    const child = spawn(process.execPath, [BINARY, "batch", ...args, "--out", "interrupted"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
    let stdout = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      if (!child.killed && stdout.split('"event":"run-finished"').length > 5) child.kill("SIGINT");
    });
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
    const states = (await summaryOf("interrupted")).map(({ state }) => state);
    expect(states).toContain("unfinished");
    expect((await cli("batch", ...args, "--out", "interrupted")).code).toBe(0);
    expect((await summaryOf("interrupted")).every(({ state }) => state === "done")).toBe(true);
  });
});

describe("what is wrong", () => {
  test("every wrong config is told at once, and nothing is written", async () => {
    const { code, stdout, stderr } = await cli("batch", "tiny", "wrong", "tinny", "--out", "nothing");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("wrong.yaml:10: epoch: unknown key");
    expect(stderr).toContain("no config 'tinny'");
    expect(await readdir(folder)).not.toContain("nothing");
  });

  test("two sweeps of one name", async () => {
    const { code, stderr } = await cli("batch", "tiny", "./tiny.yaml", "--out", "nothing");
    expect(code).toBe(2);
    expect(stderr).toContain("Two sweeps of this batch are named 'tiny'");
  });

  test("a sweep that cannot begin stops all, or none with --keep-going; the exit code is the worst", async () => {
    const text = await readFile(at("tiny.yaml"), "utf8");
    await writeFile(at("lost.yaml"), text.replace("path: tiny-digits", "path: nowhere"));
    const stopped = await cli("batch", "other", "lost", "--no-charts", "--out", "stopped");
    expect(stopped.code).toBe(2);
    expect(stopped.stderr).toContain("2 of 2 sweeps are not done:\n  other: Not started");
    expect((await summaryOf("stopped")).map(({ state }) => state)).toEqual(["unfinished", "failed"]);
    const args = ["lost", "other", "--no-charts", "--out", "going", "--keep-going"];
    const going = await cli("batch", ...args);
    expect(going.code).toBe(2);
    expect(going.stderr).toContain("1 of 2 sweeps are not done:\n  lost: ");
    expect(await summaryOf("going")).toMatchObject([
      { study: "lost", state: "failed", problem: expect.stringContaining("nowhere") },
      { study: "other", state: "done" },
    ]);
  });
});
