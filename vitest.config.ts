import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Builds dist/ once: worker threads and the tests of the real binary run the built code.
    globalSetup: ["test/build.ts"],
    // A file a core: many tests wait for programs that they start.
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
