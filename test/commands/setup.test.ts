import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { pinsOf } from "../../src/engines/tensorflow/setup/set-up.ts";
import { runCli } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("setup tensorflow", async () => {
  const folder = await temporaryFolder();
  const cache = path.join(folder, "cache");
  const setUp = (flags: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runInProcess(["setup", "tensorflow", ...flags], { cwd: folder, env: { PRUNE_LAB_CACHE: cache, ...env } });

  test("its help gives examples and says what it needs", async () => {
    const { code, stdout } = await setUp(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("prune-lab setup tensorflow --cpu");
    expect(stdout).toMatch(/Needs npm, a Python with pip .* and a C\+\+ compiler/);
  });

  test("flags that exclude each other are refused", async () => {
    for (const flags of [
      ["--cuda", "--cpu"],
      ["--remove", "--cpu"],
    ]) {
      const { code, stderr } = await setUp(flags);
      expect(code).toBe(2);
      expect(stderr).toContain("cannot be used with");
    }
  });

  test("without pip or a compiler it names what to install, and writes nothing", async () => {
    for (const [variable, remedy] of [
      ["PYTHON", "apt-get install python3-pip"],
      ["CXX", "apt-get install g++"],
    ] as const) {
      const { code, stdout, stderr } = await setUp(["--cpu"], { [variable]: "no-such-program" });
      expect(code).toBe(2);
      expect(stdout).toBe("");
      expect(stderr).toContain(remedy);
    }
    expect((await setUp(["--remove"])).stdout).toBe("There was nothing to remove.\n");
  });

  test("a package of the user's own is left alone", async () => {
    const project = path.join(folder, "project");
    const own = path.join(project, "node_modules", "@tensorflow", "tfjs-node-gpu");
    await mkdir(path.join(own, "lib", "napi-v8"), { recursive: true });
    await writeFile(path.join(own, "lib", "napi-v8", "tfjs_binding.node"), "");
    await writeFile(path.join(own, "package.json"), "{}");
    const { code, stdout } = await runCli(["setup", "tensorflow"], {
      cwd: project,
      env: { PRUNE_LAB_TENSORFLOW: own },
    });
    expect(code).toBe(0);
    expect(stdout).toBe(`The engine tensorflow uses your own ${own}: nothing to set up.\n`);
  });

  test("an engine that is not installed is refused with the command that installs it", async () => {
    const sweep = ["sweep", "--config", "mnist-mlp", "--engine", "tensorflow"];
    const { code, stderr } = await runCli(sweep, { cwd: folder, env: { PRUNE_LAB_CACHE: cache } });
    expect(code).toBe(2);
    expect(stderr).toContain("The engine tensorflow cannot run here: it is not installed.");
    expect(stderr).toContain("Install it with: prune-lab setup tensorflow");
  });
});

test("what CUDA takes is some ten times what the CPU takes, as the help says", () => {
  const [cpu, cuda] = (["cpu", "cuda"] as const).map((variant) =>
    pinsOf(variant).wheels.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  expect((cuda ?? 0) / (cpu ?? 1)).toBeGreaterThan(8);
});
