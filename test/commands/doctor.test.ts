import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Diagnosis } from "../../src/commands/doctor/diagnosis.ts";
import { datasetSchema, datasets } from "../../src/datasets/registry.ts";
import { engines } from "../../src/engines/registry.ts";
import { findCudaLibraries } from "../../src/engines/tensorflow/cuda-libraries.ts";
import { packageVersion } from "../../src/foundations/paths.ts";
import { fakeDriver } from "../engines/tensorflow/fake-driver.ts";
import { runCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();
const cache = path.join(folder, "cache");
await mkdir(path.join(cache, "below"), { recursive: true });
await writeFile(path.join(cache, "below", "file"), "12345");

describe("doctor", () => {
  test("--json: every engine, measured or with a reason and a remedy; the bundled digits; the cache", async () => {
    // No compiler: the native engine has to say so, and the others still work.
    await fakeDriver(folder, "550.54.14, 23034, NVIDIA L4");
    const env = { PRUNE_LAB_CACHE: cache, PRUNE_LAB_DATA: "", CC: "no-such-compiler" };
    const { code, stdout } = await runCli(["doctor", "--json"], { cwd: folder, env });
    expect(code).toBe(0);
    const diagnosis = JSON.parse(stdout) as Diagnosis;
    expect(diagnosis).toMatchObject({
      version: packageVersion(),
      node: process.version,
      machine: { compiler: null },
      cache: { folder: cache, bytes: 5 },
      gpu: { driver: "550.54.14", names: ["NVIDIA L4, 23034 MiB"] },
    });
    expect(diagnosis.gpu.libraries.map(({ name }) => name)).toContain("libcudnn.so.9");
    expect(diagnosis.engines.map(({ name }) => name)).toEqual(engines.names());
    for (const engine of diagnosis.engines) {
      if (engine.available) expect(engine.stepsPerSecond).toBeGreaterThan(0);
      else
        expect(engine).toMatchObject({
          reason: expect.stringMatching(/\S/),
          remedy: expect.stringMatching(/\S/),
        });
    }
    expect(diagnosis.engines.find(({ name }) => name === "kernels-native")).toMatchObject({
      available: false,
    });
    expect(diagnosis.auto.map(({ network }) => network)).toEqual([
      "lenet-300-100",
      "lenet-5",
      "mlp 2048-2048",
    ]);
    for (const { kernelsMilliseconds, gpuMilliseconds, engine } of diagnosis.auto) {
      expect(kernelsMilliseconds).toBeGreaterThan(0);
      expect(gpuMilliseconds).toBeGreaterThan(0);
      // Nothing uses the GPU.
      expect(engine).toBe("kernels-wasm");
    }
    const schema = datasetSchema();
    const withoutSettings = datasets.names().filter((name) => schema.safeParse({ name }).success);
    expect(diagnosis.data.map(({ dataset }) => dataset)).toEqual(withoutSettings);
    for (const found of diagnosis.data) {
      if (found.dataset === "mnist") {
        const examples = { train: 8000, validation: 1000, test: 1000 };
        expect(found).toMatchObject({ ready: true, name: "mnist-10k", examples });
      } else {
        const remedy = expect.stringContaining(`prune-lab data fetch ${found.dataset}`);
        expect(found).toMatchObject({ ready: false, reason: expect.stringMatching(/\S/), remedy });
      }
    }
  });

  test("a --data-dir without the data is told with what to do", async () => {
    const env = { PRUNE_LAB_CACHE: cache, CC: "no-such-compiler" };
    const { code, stdout } = await runCli(["doctor", "--data-dir", folder], { cwd: folder, env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Compiler +none$/m);
    expect(stdout).toMatch(/^GPU +NVIDIA L4, 23034 MiB, driver 550\.54\.14$/m);
    if (findCudaLibraries().every((library) => library.folder === null)) {
      expect(stdout).toMatch(/^CUDA +no libraries; install them with: prune-lab setup tensorflow --cuda$/m);
    }
    expect(stdout).toMatch(
      /^ {2}-- {2}tensorflow: it is not installed\n {6}Install it with: prune-lab setup tensorflow/m,
    );
    expect(stdout).toMatch(/^ {6}lenet-5: \S+ with the kernels, 0\.4 on the GPU; takes kernels-wasm$/m);
    expect(stdout).toMatch(/^ {2}ok {2}kernels-wasm: \S+ steps\/s; /m);
    expect(stdout).toMatch(
      /^ {2}-- {2}mnist: No MNIST files in .*\n {6}Get them with: prune-lab data fetch mnist/m,
    );
  });
});
