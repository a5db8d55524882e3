import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../src/foundations/paths.ts";
import { runCli } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinyConfig } from "../support/tiny-config.ts";

const folder = await temporaryFolder();
const cli = (...args: string[]) => runInProcess(args, { cwd: folder });
const binary = (...args: string[]) => runCli(args, { cwd: folder });
const REFERENCE = ["--engine", "reference"];

beforeAll(async () => {
  await writeTinyConfig(folder);
  await cli("train", "--config", "tiny.yaml", "--out", "model.safetensors");
});

describe("the steps, one after the other", () => {
  test("print what they wrote, and its figures", async () => {
    const dense = await binary("train", "--config", "tiny.yaml", "--seed", "1", "--out", "one.safetensors");
    expect(dense).toMatchObject({ code: 0, stderr: "" });
    expect(dense.stdout).toMatch(
      /^one\.safetensors: [\d,]+ bytes\nstatus +ok\naccuracy +[\d.]+%\nloss +[\d.]+\ntested on +60 examples of tiny-digits\nsparsity +0%, effective 0%\nparameters +323 of 323 left\nmacs +312 of 312 /,
    );
    const pruned = await binary(
      ..."prune model.safetensors -m global-magnitude -s 0.9 -o pruned.safetensors".split(" "),
      ...REFERENCE,
    );
    expect(pruned.stdout).toMatch(/^pruned\.safetensors: .*\n(.*\n)*parameters +42 of 323 left\n/);
    const tuned = await binary(
      ..."finetune pruned.safetensors --epochs 2 --learning-rate 0.02 -o tuned.safetensors".split(" "),
      ...REFERENCE,
    );
    expect(tuned.stdout).toMatch(/^tuned\.safetensors: .*\nbefore +[\d.]+%\nstatus +ok\naccuracy +[\d.]+%\n/);
    const evaluated = await binary("eval", "tuned.safetensors", ...REFERENCE);
    expect(tuned.stdout.endsWith(evaluated.stdout.slice("status".length))).toBe(true);
    const small = await binary("shrink", "tuned.safetensors", "--out", "small.safetensors");
    expect(small).toMatchObject({ code: 0, stderr: "" });
    expect(small.stdout).toMatch(/^small\.safetensors: .*\n\nlayer +weights before +after +/);
    expect(small.stdout).toMatch(/\nmodel: \{ name: mlp, hidden: \[ \d \] \}\n$/);
  });

  test("--json prints one object, and --quiet nothing", async () => {
    const json = await cli("eval", "model.safetensors", ...REFERENCE, "--json");
    expect(json).toMatchObject({ code: 0, stderr: "" });
    expect(json.stdout.trimEnd().split("\n")).toHaveLength(1);
    const outcome = JSON.parse(json.stdout);
    expect(outcome).toMatchObject({
      file: "model.safetensors",
      dataset: "tiny-digits",
      parameters: 323,
      status: "ok",
    });
    const page = await readFile(path.join(packageRoot, "docs", "steps.md"), "utf8");
    for (const field of Object.keys(outcome)) expect(page).toContain(`\`${field}\``);
    expect(await cli("eval", "model.safetensors", ...REFERENCE, "--quiet")).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  test("what a reader should know stands on stderr", async () => {
    const { code, stderr } = await cli(
      "eval",
      "model.safetensors",
      ...REFERENCE,
      "--set",
      "dataset.validation=20",
      "--json",
    );
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining(
        "The examples are not those that model.safetensors was made with: tiny-digits",
      ),
    });
  });

  test.each([
    ["eval none.safetensors", "none.safetensors cannot be read: it does not exist"],
    ["eval tiny.yaml", "tiny.yaml is not a whole safetensors file"],
    [
      "prune model.safetensors -m magnitude -s 0.5 -o x.safetensors",
      "'magnitude' is no method. Did you mean",
    ],
    ["prune model.safetensors -m lamp -s 90% -o x.safetensors", "It must be a number."],
    ["train -c tiny.yaml -o model.safetensors", "model.safetensors exists already."],
    ["train -c tiny.yaml -o notes.txt --force", "notes.txt is not a checkpoint"],
    ["shrink model.safetensors -o model.safetensors --force", "model.safetensors is read by this command"],
    ["eval model.safetensors --dataset mnst", "'mnst' is no dataset. Did you mean 'mnist'?"],
    ["finetune model.safetensors --learning-rate 0 -o x.safetensors", "It must be a number above 0."],
  ])("%s: %s", async (line, message) => {
    await writeFile(path.join(folder, "notes.txt"), "precious");
    const { code, stdout, stderr } = await cli(...line.split(" "));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});
