import path from "node:path";
import { Piscina } from "piscina";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/foundations/paths.ts";
import { countLoadedThreads, untilLoaded } from "../../src/foundations/thread-loading.ts";

test("a thread that gets no work says that it has loaded", async () => {
  const loaded = countLoadedThreads();
  const filename = path.join(packageRoot, "dist", "scheduling/threads/worker.js");
  const workerData = { engine: "kernels-wasm", plugins: [], loaded };
  const pool = new Piscina({ filename, workerData, minThreads: 1, maxThreads: 1 });
  expect(await untilLoaded(loaded, 1)).toBe(true);
  await pool.destroy();
});

test("threads that never load are not waited for any longer", async () => {
  expect(await untilLoaded(countLoadedThreads(), 1)).toBe(false);
});
