import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { BINARY } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinyConfig } from "../support/tiny-config.ts";

const folder = await temporaryFolder();
const file = await writeTinyConfig(folder);

/** Runs the real binary with a text as its standard input. */
async function withInput(text: string, ...args: string[]) {
  const child = spawn(process.execPath, [BINARY, ...args], { cwd: folder });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  child.stdin.end(text);
  const code = await new Promise((resolve) => child.on("close", resolve));
  return { code, stderr };
}

test("--config - reads the standard input; the folder records it like any other", async () => {
  const text = await readFile(path.join(folder, file), "utf8");
  const { code } = await withInput(
    text,
    "sweep",
    "--config",
    "-",
    "--set",
    "name=piped",
    "--no-charts",
    "--quiet",
  );
  expect(code).toBe(0);
  expect(await readFile(path.join(folder, "results", "piped", "config.yaml"), "utf8")).toContain(
    "name: piped\n",
  );
  expect(await withInput("seeds: []\n", "sweep", "--config", "-")).toEqual({
    code: 2,
    stderr: expect.stringContaining("<stdin>:1: seeds: the list is empty."),
  });
});

test("a batch reads it once for all of a matrix", async () => {
  const text = await readFile(path.join(folder, file), "utf8");
  await writeFile(path.join(folder, "matrix.yaml"), "train.epochs: [1, 2]\nseeds: { one: [0] }\n");
  const args = ["batch", "-", "--matrix", "matrix.yaml", "--out", "both", "--no-charts", "--quiet"];
  expect((await withInput(text, ...args)).code).toBe(0);
});

const cli = (...args: string[]) => runInProcess(args, { cwd: folder });

test("a results folder in place of a config", async () => {
  expect((await cli("sweep", "--config", "results/piped")).stderr).toContain(
    "--config results/piped/config.yaml",
  );
});

test("a part in place of results", async () => {
  expect((await cli("sweep", "--config", "tiny", "--shard", "1/2", "--out", "part", "--quiet")).code).toBe(0);
  const { code, stderr } = await cli("check", "part", "--against", "results/piped");
  expect(code).toBe(2);
  expect(stderr).toContain("part is part 1 of 2 of a sweep: it has no tables of its own.");
  expect(stderr).toContain("prune-lab merge OUT part");
});

test("a place where no folder can be is not a full disk", async () => {
  const { code, stderr } = await cli("sweep", "--config", "tiny", "--out", "/proc/prune-lab");
  expect(code).toBe(2);
  expect(stderr).not.toContain("full");
});
