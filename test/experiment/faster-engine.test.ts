import { existsSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { gpuSpeed, kernelsSpeed } from "../../src/engines/expected-time.ts";
import { expectedSeconds } from "../../src/experiment/faster-engine.ts";
import { outlineStudy, prepareStudy, StudyResources } from "../../src/experiment/prepare.ts";
import { fakeDriver } from "../engines/tensorflow/fake-driver.ts";
import { install, onCpu } from "../engines/tensorflow/fake-installation.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tinyStudy } from "../support/tiny-study.ts";

const engine = {
  name: "kernels-native",
  identity: "any",
  device: "CPU",
  reproducible: "on this machine and compiler",
} as const;

/** A shipped study on the bundled digits. */
async function outlineOf(name: string, set: readonly string[] = []) {
  const { config } = await loadConfig(name, { set: [...set] });
  return outlineStudy(
    config,
    {
      name: "mnist-10k",
      checksum: "any",
      sources: [],
      shape: [1, 28, 28],
      targets: { kind: "classes", classes: 10 },
      examples: { train: 8000, validation: 1000, test: 1000 },
    },
    engine,
  );
}

async function times(name: string, cores: number, set: readonly string[] = [], lanes = 1) {
  const outline = await outlineOf(name, set);
  return {
    kernels: expectedSeconds(outline, "kernels-native", kernelsSpeed("AVX-512", cores)),
    gpu: expectedSeconds(outline, "tensorflow", gpuSpeed(outline.settings.network, 64, lanes, cores)),
  };
}

/** bench/gpu.md: seconds of whole sweeps on the 16 cores and on the GPU. */
test.each([
  ["mnist-mlp", 1, 4.7, 53],
  ["mnist-mlp", 16, 3.8, 21.7],
  ["mnist-cnn", 1, 8.2, 65],
])(
  "%s with %s lanes: the kernels on 16 cores are expected to be faster, by about as much as they are",
  async (name, lanes, onCores, onGpu) => {
    const { kernels, gpu } = await times(name, 16, [], lanes);
    // What no engine computes, of every sweep (docs/performance.md).
    const others = 2.2;
    const ratio = (gpu + others) / (kernels + others);
    expect(ratio / (onGpu / onCores)).toBeGreaterThan(1 / 2.5);
    expect(ratio / (onGpu / onCores)).toBeLessThan(2.5);
    expect(kernels).toBeLessThan(gpu);
  },
);

test("cores without a run do not count", async () => {
  const oneRun = [
    "seeds=[0]",
    "prune.sparsities=[0]",
    "prune.methods=[global-magnitude]",
    "train.epochs=100",
  ];
  const [one, many] = [await times("mnist-cnn", 1, oneRun), await times("mnist-cnn", 16, oneRun)];
  expect(many.kernels).toBe(one.kernels);
  // Its points wait for its baseline.
  expect(one.gpu).toBeLessThan(one.kernels);
});

test("pruned networks are faster on the kernels, not on a GPU", async () => {
  const [dense, sparse] = [
    await times("mnist-mlp", 1, ["prune.sparsities=[0.1]"]),
    await times("mnist-mlp", 1, ["prune.sparsities=[0.99]"]),
  ];
  expect(sparse.kernels).toBeLessThan(0.7 * dense.kernels);
  expect(sparse.gpu).toBeCloseTo(dense.gpu, 6);
});

describe("auto with a GPU", () => {
  let root: string;
  let mark: string;
  beforeEach(async () => {
    root = await temporaryFolder();
    mark = path.join(root, "opened");
    vi.stubEnv("PRUNE_LAB_CACHE", path.join(root, "cache"));
    // The kernels in WebAssembly, at once.
    vi.stubEnv("CC", "no-such-compiler");
    await fakeDriver(root, "580.159.04, 143771, NVIDIA H200");
  });
  afterEach(() => vi.unstubAllEnvs());

  const small = {};
  /** Most of a minute on a core. */
  const large = { model: { name: "mlp", hidden: [2048, 2048] }, train: { epochs: 100 } };

  async function prepared(changes: object, usesGpu: boolean) {
    await install(
      "cuda",
      `require("fs").writeFileSync(${JSON.stringify(mark)}, "");` +
        onCpu
          .replace("false", String(usesGpu))
          .replace("exports", 'console.error("x.cc:1] Cannot dlopen GPU libraries.");exports'),
    );
    return prepareWith(changes);
  }

  async function prepareWith(changes: object) {
    const notices: string[] = [];
    const engines: string[] = [];
    const {
      options,
      engine: taken,
      data,
    } = await prepareStudy(
      {
        options: await tinyStudy(root, { engine: "auto", ...changes }),
        dataDir: undefined,
        notify: (notice) => notices.push(notice),
        onEngine: ({ name }) => engines.push(name),
      },
      new StudyResources({ workers: 1 }),
    );
    data.release();
    expect(options.engine).toBe(taken.name);
    expect(engines).toEqual([taken.name]);
    return { taken, notices: notices.filter((notice) => !notice.includes("no-such-compiler")) };
  }

  test("a study of small networks stays on the kernels, and TensorFlow is not opened", async () => {
    const { taken, notices } = await prepared(small, true);
    expect(taken.name).toBe("kernels-wasm");
    expect(notices).toEqual([
      expect.stringMatching(
        /^Using kernels-wasm: training and tests are expected to take 0\.\d+ s on 1 core, \d+ s on the NVIDIA H200 \(tensorflow\)\.$/,
      ),
    ]);
    expect(existsSync(mark)).toBe(false);
  });

  test("a study of large ones goes to the GPU", async () => {
    const { taken, notices } = await prepared(large, true);
    // 16 of them in memory would be no faster than one after the other.
    expect(taken.maxWorkers).toBe(1);
    expect(taken).toMatchObject({ name: "tensorflow", device: expect.stringMatching(/^GPU /) });
    expect(notices).toEqual([
      expect.stringMatching(
        /^Using tensorflow: training and tests are expected to take \d+ s on the NVIDIA H200, \d+ s on 1 core \(kernels-wasm\)\.$/,
      ),
    ]);
  });

  test("what stands in the way is told where the GPU would be faster", async () => {
    const refused = await prepared(large, false);
    expect(refused.taken.name).toBe("kernels-wasm");
    expect(refused.notices).toEqual([
      "NVIDIA H200 is here, but TensorFlow does not use it. Cannot dlopen GPU libraries.",
    ]);
    vi.stubEnv("PRUNE_LAB_CACHE", path.join(root, "empty"));
    const missing = await prepareWith(large);
    expect(missing.taken.name).toBe("kernels-wasm");
    expect(missing.notices).toEqual([
      "NVIDIA H200 is here, but the engine tensorflow, which would use it, is not installed. " +
        "Install it with: prune-lab setup tensorflow",
    ]);
  });
});
