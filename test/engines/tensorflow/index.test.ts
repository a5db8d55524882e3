import { existsSync } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openOnGpu, tensorflow } from "../../../src/engines/tensorflow/index.ts";
import { findInstallation, setupFolder } from "../../../src/engines/tensorflow/installation.ts";
import { runCli } from "../../support/cli.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { fakeDriver } from "./fake-driver.ts";
import { install, onCpu } from "./fake-installation.ts";

beforeEach(async () => {
  vi.stubEnv("PRUNE_LAB_CACHE", await temporaryFolder());
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function noticesOfGpu(): Promise<string[]> {
  const notices: string[] = [];
  expect(await openOnGpu("NVIDIA L4", (notice) => notices.push(notice))).toBeUndefined();
  return notices;
}

test("a GPU without the engine is told with the command that installs it", async () => {
  expect(await noticesOfGpu()).toEqual([
    "NVIDIA L4 is here, but the engine tensorflow, which would use it, is not installed. " +
      "Install it with: prune-lab setup tensorflow",
  ]);
  await install("cpu", onCpu);
  expect(await noticesOfGpu()).toEqual([
    "NVIDIA L4 is here, but the engine tensorflow is installed for the CPU. " +
      "Install it with: prune-lab setup tensorflow --cuda",
  ]);
});

test("a GPU that TensorFlow cannot use is told with TensorFlow's reason", async () => {
  await install("cuda", `console.error("W0000 x.cc:1] Cannot dlopen some GPU libraries.");${onCpu}`);
  expect(await noticesOfGpu()).toEqual([
    "NVIDIA L4 is here, but TensorFlow does not use it. Cannot dlopen some GPU libraries.",
  ]);
  const notices: string[] = [];
  const engine = await tensorflow.open((notice) => notices.push(notice));
  expect(engine.description).toMatchObject({ name: "tensorflow", maxWorkers: 1 });
  expect(notices).toEqual(["TensorFlow uses the CPU. Cannot dlopen some GPU libraries."]);
  await engine.dispose();
});

test("a GPU that TensorFlow uses is the engine's", async () => {
  await install("cuda", onCpu.replace("false", "true"));
  const notices: string[] = [];
  const engine = await openOnGpu("NVIDIA L4", (notice) => notices.push(notice));
  expect(engine?.description.device).toMatch(/^GPU .*, 16 lanes$/);
  expect(engine?.description.maxWorkers).toBe(16);
  expect(notices).toEqual([]);
  await engine?.dispose();
});

test("an installation that does not load is an error with a remedy", async () => {
  for (const code of ["throw new Error('wrong library');", "process.exit(7);", "process.abort();"]) {
    await install("cpu", code);
    await expect(tensorflow.open(() => {})).rejects.toMatchObject({
      kind: "input",
      message: expect.stringMatching(/^TensorFlow does not load: .*(wrong library|exit code 7|SIGABRT)/),
      hint: expect.stringContaining("prune-lab setup tensorflow --remove"),
    });
  }
});

test("when TensorFlow's process ends, what was asked of it fails, with the last it said", async () => {
  const dies = "executeMultipleOutputs() { console.error('F0000 x.cc:1] Check failed'); process.abort(); }";
  await install("cpu", onCpu.replace("isUsingGpuDevice: false", `isUsingGpuDevice: false, ${dies}`));
  const engine = await tensorflow.open(() => {});
  const spec = {
    inputShape: [1],
    layers: [{ kind: "dense", name: "fc1", inputs: 1, outputs: 1 }],
    loss: "mean-squared-error",
  } as const;
  const sgd = { name: "sgd", momentum: 0, weightDecay: 0.1 } as const;
  await expect(engine.createNetwork(spec, sgd)).rejects.toMatchObject({
    kind: "failure",
    message: "The process that runs TensorFlow ended (SIGABRT): Check failed",
  });
  await engine.dispose();
  await expect(engine.createNetwork(spec, sgd)).rejects.toMatchObject({ kind: "failure" });
});

test("the package that the user names is used if it has a binding", async () => {
  const project = await temporaryFolder();
  const inside = await install("cpu", onCpu, project);
  await install("cpu", onCpu);
  vi.stubEnv("PRUNE_LAB_TENSORFLOW", inside);
  expect(findInstallation()).toEqual({ packageFolder: inside, libraryFolders: [], variant: undefined });
  vi.stubEnv("PRUNE_LAB_TENSORFLOW", project);
  expect(() => findInstallation()).toThrow(
    `PRUNE_LAB_TENSORFLOW is '${project}', which holds no @tensorflow`,
  );
});

test("no package of the working folder or of one above it is run", async () => {
  const project = await temporaryFolder();
  const mark = path.join(project, "executed");
  await install("cpu", `require("fs").writeFileSync(${JSON.stringify(mark)}, "");${onCpu}`, project);
  const cwd = path.join(project, "deeper");
  await mkdir(cwd);
  await fakeDriver(await temporaryFolder(), "550.54.14, 23034, NVIDIA L4");
  const doctor = await runCli(["doctor"], { cwd, env: { PRUNE_LAB_CACHE: await temporaryFolder() } });
  expect(doctor.stdout).toContain("tensorflow: it is not installed");
  expect(existsSync(mark)).toBe(false);
});

test.skipIf(process.platform === "win32")("nothing is loaded that others can change", async () => {
  const inside = await install("cuda", onCpu.replace("false", "true"));
  for (const folder of [path.dirname(setupFolder()), setupFolder()]) await chmod(folder, 0o755);
  await chmod(path.join(inside, ".."), 0o777);
  const problem = /^The engine tensorflow is not loaded from .*@tensorflow can be changed by every user/;
  await expect(tensorflow.open(() => {})).rejects.toMatchObject({
    kind: "input",
    message: expect.stringMatching(problem),
  });
  expect(await tensorflow.check()).toMatchObject({
    available: false,
    reason: expect.stringMatching(problem),
  });
  expect(await noticesOfGpu()).toEqual([
    expect.stringContaining("NVIDIA L4 is here, but not used. The engine tensorflow is"),
  ]);
});
