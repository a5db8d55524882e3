import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { open, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { packageVersion } from "../src/foundations/paths.ts";
import { registries } from "../src/library/registries.ts";
import { BINARY, runCli } from "./support/cli.ts";
import { runInProcess } from "./support/in-process.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const folder = await temporaryFolder();
const cli = (...args: string[]) => runInProcess(args, { cwd: folder });
const binary = (...args: string[]) => runCli(args, { cwd: folder });

describe("help and version", () => {
  test("--version", async () => {
    expect(await binary("--version")).toEqual({ code: 0, stdout: `${packageVersion()}\n`, stderr: "" });
  });

  test("--help shows the first steps and the exit codes", async () => {
    const { code, stdout, stderr } = await binary("--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("First steps:\n  $ prune-lab doctor");
    expect(stdout).toContain("Exit codes: 0 done;");
  });

  test("every command has examples in its help", async () => {
    const { stdout } = await cli("--help");
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) (?:\[|<| )/gm)].map(([, name]) => name ?? "");
    expect(commands).toEqual(expect.arrayContaining(["init", "list", "doctor", "schema", "data"]));
    for (const command of commands.filter((name) => name !== "help" && name !== "data")) {
      const help = await cli(command, "--help");
      expect(help.code, command).toBe(0);
      expect(help.stdout, command).toMatch(/Examples?:\n {2}\S/);
    }
  });

  test("without a command: the help on stderr, exit code 2", async () => {
    const { code, stdout, stderr } = await binary();
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: prune-lab");
  });
});

describe("wrong input ends with exit code 2, nothing on stdout, and the nearest choice", () => {
  test.each([
    [["lst"], "prune-lab: unknown command 'lst'\n(Did you mean list?)\n"],
    [["list", "--jsn"], "prune-lab: unknown option '--jsn'\n(Did you mean --json?)\n"],
    [
      ["list", "methods", "models"],
      "prune-lab: too many arguments for 'list'. Expected 1 argument but got 2.\n",
    ],
    [
      ["list", "methds"],
      `prune-lab: no list of 'methds'. Did you mean 'methods'? Lists: ${Object.keys(registries).join(", ")}, configs, papers.\n`,
    ],
  ])("%j", async (args, stderr) => {
    expect(await binary(...args)).toEqual({ code: 2, stdout: "", stderr });
  });
});

describe("--debug", () => {
  test.each([[["--debug", "list", "x"]], [["list", "x", "--debug"]]])(
    "%j adds the stack trace",
    async (args) => {
      const { code, stderr } = await cli(...args);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^prune-lab: no list of 'x'.*\n.*\n {4}at /);
    },
  );
});

test("NO_COLOR is obeyed, even where colors are forced", async () => {
  const colored = await runCli(["list"], { cwd: folder, env: { FORCE_COLOR: "1" } });
  const plain = await runCli(["list"], { cwd: folder, env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
  expect(colored.stdout).toContain("\u001b[");
  expect(plain.stdout).not.toContain("\u001b[");
});

describe("a config that is wrong", () => {
  test.each([
    ["an unknown key", "epoch: 3\n", "unknown key"],
    ["an unknown method", "prune: { methods: [l1-unstructred] }\n", "Did you mean 'l1-unstructured'?"],
    ["a percentage", "prune: { sparsities: [90] }\n", "write 0.9 for 90%"],
    ["an empty list", "seeds: []\n", "the list is empty"],
    ["duplicate seeds", "seeds: [1, 1]\n", "1 is listed twice"],
    ["a name with a path separator", "name: ../up\n", "cannot name a folder"],
  ])("%s: exit code 2, file and line, nothing written", async (_case, text, message) => {
    await writeFile(
      path.join(folder, "wrong.yaml"),
      `dataset: { name: mnist }\nmodel: { name: mlp }\n${text}`,
    );
    const { code, stdout, stderr } = await cli("sweep", "--config", "wrong.yaml");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^prune-lab: wrong\.yaml:3: /);
    expect(stderr).toContain(message);
    expect(await readdir(folder)).toEqual(["wrong.yaml"]);
  });

  test("a config that is not there: the nearest one", async () => {
    const { code, stderr } = await cli("sweep", "--config", "mnist-mpl");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^prune-lab: no config 'mnist-mpl'\. Did you mean 'mnist-mlp'\?/);
  });
});

test.skipIf(!existsSync("/dev/full"))(
  "output that cannot be written ends with exit code 3 (needs /dev/full)",
  async () => {
    const full = await open("/dev/full", "w");
    const child = spawn(process.execPath, [BINARY, "schema"], {
      cwd: folder,
      stdio: ["ignore", full.fd, "pipe"],
    });
    expect(await ending(child)).toEqual({
      code: 3,
      stderr: "prune-lab: the output cannot be written (ENOSPC).\n",
    });
    await full.close();
  },
);

test("a reader that goes away ends the program without a word", async () => {
  const child = spawn(process.execPath, [BINARY, "schema"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  expect(await ending(child)).toEqual({ code: 141, stderr: "" });
});

async function ending(child: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  let stderr = "";
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stderr };
}
