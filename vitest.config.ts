import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/sequencer.ts";

const TESTS = "test/**/*.test.ts";

/** What changes a whole process: registers members, stubs modules or the environment for all of a file, loads TensorFlow. */
const ALONE = [
  "test/config/schema.test.ts",
  "test/**/plugins.test.ts",
  "test/engines/kernels/native-library.test.ts",
  "test/engines/registry.test.ts",
  "test/engines/tensorflow/**/*.test.ts",
  "test/experiment/pruning/pruner.test.ts",
  "test/foundations/registry.test.ts",
  "test/foundations/thread-loading.test.ts",
  "test/pruning/prune.test.ts",
  "test/results/report/drawn-charts.test.ts",
];

export default defineConfig({
  test: {
    // Others share a process with the files before them, in which modules are loaded and compiled already.
    projects: [
      { extends: true, test: { name: "shared", include: [TESTS], exclude: ALONE, isolate: false } },
      { extends: true, test: { name: "alone", include: ALONE } },
    ],
    // Builds dist/ once: worker threads and the tests of the real binary run the built code.
    globalSetup: ["test/build.ts"],
    setupFiles: ["test/setup.ts"],
    sequence: { sequencer: LongestFirst },
    // A file a core: many tests wait for programs that they start. One more gained nothing.
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
