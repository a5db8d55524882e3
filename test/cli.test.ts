import { spawn } from "node:child_process";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot, packageVersion } from "../src/foundations/paths.ts";
import { runCli } from "./support/cli.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const folder = await temporaryFolder();
const cli = (...args: string[]) => runCli(args, { cwd: folder });

describe("help and version", () => {
  test("--version", async () => {
    expect(await cli("--version")).toEqual({ code: 0, stdout: `${packageVersion()}\n`, stderr: "" });
  });

  test("--help shows the first steps and the exit codes", async () => {
    const { code, stdout, stderr } = await cli("--help");
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
    const { code, stdout, stderr } = await cli();
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
      "prune-lab: no list of 'methds'. Did you mean 'methods'? Lists: datasets, models, methods, engines, configs.\n",
    ],
  ])("%j", async (args, stderr) => {
    expect(await cli(...args)).toEqual({ code: 2, stdout: "", stderr });
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

test("a reader that goes away ends the program without a word", async () => {
  const child = spawn(process.execPath, [path.join(packageRoot, "bin", "prune-lab.js"), "schema"], {
    cwd: folder,
  });
  child.stdout.destroy();
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect({ code, stderr }).toEqual({ code: 141, stderr: "" });
});
