import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { randomStream } from "../../src/foundations/random.ts";
import { BINARY, runCli } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";
import { filesOf } from "../support/results.ts";
import { mountDisk } from "../support/small-disk.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { SLOWLY, writeTinyConfig } from "../support/tiny-config.ts";

const folder = await temporaryFolder();
const at = (...parts: string[]) => path.join(folder, ...parts);
const sweep = (...args: string[]) =>
  runInProcess(["sweep", "--config", "tiny", "--no-charts", ...args], { cwd: folder });

beforeAll(async () => {
  await writeTinyConfig(folder);
  const args = ["sweep", "--config", "tiny", "--no-charts", "--out", "reference", "--quiet"];
  expect(await runCli(args, { cwd: folder })).toEqual({ code: 0, stdout: "", stderr: "" });
});

/** Starts a sweep that takes several seconds. */
function start(out: string, ...args: string[]) {
  const child = spawn(
    process.execPath,
    [BINARY, "sweep", "--config", "tiny", "--no-charts", ...SLOWLY, "--out", out, "--json", ...args],
    { cwd: folder, stdio: ["ignore", "pipe", "pipe"] },
  );
  return { child, output: collect(child), ended: ending(child) };
}

function collect(child: ChildProcess) {
  const written = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk) => {
    written.stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    written.stderr += chunk;
  });
  return {
    written,
    /** Waits until stdout holds `count` events of a kind. */
    events: async (kind: string, count: number) => {
      while (written.stdout.split(`"event":"${kind}"`).length <= count && child.exitCode === null) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

function ending(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.on("close", resolve));
}

describe("what it prints", () => {
  test("--dry-run prints the plan and writes nothing", async () => {
    const before = await readdir(folder);
    const { code, stdout } = await sweep("--dry-run");
    expect(code).toBe(0);
    expect(stdout).toContain("grid     2 methods x 2 sparsities x 2 seeds = 8 rows");
    expect(stdout).toContain("runs     2 baselines, 6 points (2 rows share a run)");
    const json = await sweep("--dry-run", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ event: "plan", cells: 8, baselines: 2, points: 6 });
    expect(await readdir(folder)).toEqual(before);
  });

  test("--json writes one event a line on stdout, and nothing else", async () => {
    const { code, stdout, stderr } = await sweep("--out", "json", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; study: string });
    expect(events[0]).toMatchObject({ event: "planned", study: "tiny", runs: 8, stored: 0 });
    expect(events.filter(({ event }) => event === "run-finished")).toHaveLength(8);
    expect(events.at(-1)).toMatchObject({ event: "finished", folder: "json" });
    expect(events.every(({ study }) => study === "tiny")).toBe(true);
  });

  test("a pipe gets plain lines on stderr and the closing table on stdout; NO_COLOR outdoes FORCE_COLOR", async () => {
    const { code, stdout, stderr } = await runCli(
      ["sweep", "--config", "tiny", "--out", "plain", "--workers", "1"],
      { cwd: folder, env: { FORCE_COLOR: "1", NO_COLOR: "1" } },
    );
    expect(code).toBe(0);
    const lines = stderr.trim().split("\n");
    expect(lines[0]).toMatch(/^tiny: mlp \(323 parameters\) on tiny-digits, reference .*, 8 runs, 1 worker$/);
    const runs = lines.filter((line) => /^ *\d+% {2}\S+-seed\d {2}\d+\.\d\d% {2}\d+\.\d s/.test(line));
    expect(runs).toHaveLength(8);
    expect(runs.at(-1)).toMatch(/^100%/);
    expect(stdout).toContain("Tables, charts");
    expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]/u);
    expect(await readdir(at("plain"))).toContain("report.html");
  });

  test("--no-charts takes away what was drawn, and says how to draw it", async () => {
    const { code, stdout } = await sweep("--out", "plain");
    expect(code).toBe(0);
    expect(stdout).toContain("Tables and checkpoints: plain\nCharts and report: prune-lab report plain\n");
    expect(await readdir(at("plain"))).toEqual(expect.arrayContaining(["results.csv", "checkpoints"]));
    for (const gone of ["charts", "report.html"]) expect(await readdir(at("plain"))).not.toContain(gone);
  });
});

describe("wrong input: exit code 2, a message, nothing written", () => {
  test.each<[string, string[], string]>([
    ["a sparsity above 1", ["--set", "prune.sparsities=[1.2]"], "1.2 is not a number from 0 to 1"],
    ["an unknown engine", ["--engine", "kernel-native"], "Did you mean 'kernels-native'?"],
    ["no workers", ["--workers", "0"], "It must be a whole number from 1 to 9999."],
    ["workers in words", ["--workers", "two"], "It must be a whole number from 1 to 9999."],
    ["a fraction of a worker", ["--workers", "1.5"], "It must be a whole number from 1 to 9999."],
    [
      "an unknown choice of checkpoints",
      ["--checkpoints", "some"],
      "Allowed choices are all, baselines, none.",
    ],
    ["a shard beyond the last", ["--shard", "4/3"], "'4/3' is not of the form i/n"],
    ["a layer that is not there", ["--set", "prune.exclude=[fc9]"], "no layer 'fc9'"],
    ["an override without a value", ["--set", "train.epochs"], "not of the form path=value"],
    ["data that is not there", ["--set", "dataset.path=nowhere"], "nowhere"],
  ])("%s", async (_case, args, message) => {
    const { code, stdout, stderr } = await sweep("--out", "nothing", ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(await readdir(folder)).not.toContain("nothing");
  });

  test("a file in the way of the folder", async () => {
    await writeFile(at("a-file"), "mine");
    const { code, stderr } = await sweep("--out", "a-file");
    expect(code).toBe(2);
    expect(stderr).toContain("a-file cannot be used as a results folder: a file is in the way.");
    expect(await readFile(at("a-file"), "utf8")).toBe("mine");
  });

  test("a folder of something else, with and without --fresh", async () => {
    await mkdir(at("foreign"));
    await writeFile(at("foreign", "thesis.txt"), "mine");
    for (const fresh of [[], ["--fresh"]]) {
      const { code, stderr } = await sweep("--out", "foreign", ...fresh);
      expect(code).toBe(2);
      expect(stderr).toContain("not a results folder of prune-lab");
    }
    expect(await readdir(at("foreign"))).toEqual(["thesis.txt"]);
  });

  test("a folder of a sweep with other settings: each difference is listed", async () => {
    const before = await filesOf(at("reference"));
    const { code, stderr } = await sweep(
      "--out",
      "reference",
      "--set",
      "train.batchSize=8",
      "--set",
      "model.hidden=[4]",
    );
    expect(code).toBe(2);
    expect(stderr).toContain("  train.batchSize: 16 there, 8 now\n");
    expect(stderr).toContain("  model.hidden: [8] there, [4] now\n");
    expect(await filesOf(at("reference"))).toEqual(before);
  });
});

describe("a disk of 8 MiB (needs the right to mount one)", () => {
  test("too small from the start: exit code 2, nothing written", async (context) => {
    mountDisk(context, at("small"), "size=8m");
    const { code, stderr } = await sweep("--out", "small/large", "--set", "model.hidden=[30000]");
    expect(code).toBe(2);
    expect(stderr).toMatch(/large is full: the sweep needs about \d+\.\d MiB, \d\.\d MiB are free\./);
    expect(await readdir(at("small"))).toEqual([]);
  });

  test("full in the middle: exit code 2; with space again, the same command continues", async (context) => {
    mountDisk(context, at("full"), "size=8m");
    const { output, ended } = start("full/tiny");
    await output.events("planned", 1);
    await writeFile(at("full", "hog"), new Uint8Array(16 * 2 ** 20)).catch(() => {});
    expect(await ended).toBe(2);
    expect(output.written.stderr).toContain("No space is left on the disk that holds");
    await rm(at("full", "hog"));
    expect((await sweep(...SLOWLY, "--out", "full/tiny", "--quiet")).code).toBe(0);
    expect(await filesOf(at("full", "tiny"))).toEqual(await undisturbed());
  });
});

describe("interruption", () => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "%s ends it with 130; the same command continues",
    async (signal) => {
      const { child, output, ended } = start(signal);
      await output.events("run-finished", 2);
      child.kill(signal);
      expect(await ended).toBe(130);
      expect(output.written.stderr).toMatch(
        /^prune-lab: Interrupted: \d+ of 12 runs are kept\.\nRun the same command/,
      );
      const again = await sweep(...SLOWLY, "--out", signal, "--json");
      expect(again.code).toBe(0);
      expect(again.stdout.split('"event":"run-finished"').length - 1).toBeLessThanOrEqual(10);
      expect(await filesOf(at(signal))).toEqual(await undisturbed());
    },
  );

  test("without a terminal, as under nohup, it goes on when the terminal is closed", async () => {
    const { child, output, ended } = start("hangup");
    await output.events("run-finished", 1);
    child.kill("SIGHUP");
    expect(await ended).toBe(0);
    expect(await filesOf(at("hangup"))).toEqual(await undisturbed());
  });

  test("kill -9 at any moment loses at most the runs in flight", async () => {
    const random = randomStream(5, "moments to kill at");
    for (let attempt = 0; attempt < 6; attempt++) {
      const { child, output, ended } = start("killed");
      await output.events("planned", 1);
      const moment = setTimeout(() => child.kill("SIGKILL"), 20 + random.below(700));
      await ended;
      clearTimeout(moment);
    }
    expect((await sweep(...SLOWLY, "--out", "killed", "--quiet")).code).toBe(0);
    expect(await filesOf(at("killed"))).toEqual(await undisturbed());
  });

  test("a sweep whose working folder is removed meanwhile ends", async () => {
    const place = await mkdtemp(path.join(folder, "place-"));
    await writeTinyConfig(place);
    const child = spawn(
      process.execPath,
      [BINARY, "sweep", "--config", "tiny", "--no-charts", ...SLOWLY, "--out", "out", "--json"],
      { cwd: place, stdio: ["ignore", "pipe", "pipe"] },
    );
    const [output, ended] = [collect(child), ending(child)];
    await output.events("run-finished", 1);
    await rm(place, { recursive: true, maxRetries: 5 });
    expect([0, 2, 3]).toContain(await ended);
    expect(output.written.stderr).not.toMatch(/\n +at /);
  });

  test("a second sweep on the folder ends with 2 and names the first's process; a dead one's lock is taken over", async () => {
    const { child, output, ended } = start("busy");
    await output.events("planned", 1);
    const second = await sweep(...SLOWLY, "--out", "busy");
    expect(second).toMatchObject({ code: 2, stdout: "" });
    expect(second.stderr).toContain(`busy is in use by process ${child.pid} on `);
    child.kill("SIGKILL");
    await ended;
    expect((await sweep(...SLOWLY, "--out", "busy", "--quiet")).code).toBe(0);
  });
});

/** The files of the slow sweep when nothing happens to it. */
async function undisturbed(): Promise<Map<string, string>> {
  if (!(await readdir(folder)).includes("undisturbed")) {
    expect((await sweep(...SLOWLY, "--out", "undisturbed", "--quiet")).code).toBe(0);
  }
  return filesOf(at("undisturbed"));
}

/** A file system of its own, where this process may mount one. */
