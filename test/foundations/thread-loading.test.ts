import path from "node:path";
import { Piscina } from "piscina";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/foundations/paths.ts";
import { countLoadedThreads, type LoadedThreads, untilLoaded } from "../../src/foundations/thread-loading.ts";

const run = (loaded: LoadedThreads) => ({ engine: "kernels-wasm", plugins: [], loaded });

test.each([
  ["charts/rendering/rasterize-worker.js", (loaded: LoadedThreads) => loaded],
  ["scheduling/threads/worker.js", run],
])("a thread of %s that gets no work says that it has loaded", async (file, workerData) => {
  const loaded = countLoadedThreads();
  const filename = path.join(packageRoot, "dist", file);
  const pool = new Piscina({ filename, workerData: workerData(loaded), minThreads: 1, maxThreads: 1 });
  expect(await untilLoaded(loaded, 1)).toBe(true);
  await pool.destroy();
});

test("threads that never load are not waited for any longer", async () => {
  expect(await untilLoaded(countLoadedThreads(), 1)).toBe(false);
});
