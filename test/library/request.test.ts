import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { planSweep, sweep } from "../../src/library/sweep.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinyConfig } from "../support/tiny-config.ts";

it("auto goes on with the engine that a folder was begun with; any other says how to", async () => {
  const root = await temporaryFolder();
  const config = path.join(root, await writeTinyConfig(root));
  const out = path.join(root, "results");
  const set = ["prune.finetune=null", `dataset.path=${path.join(root, "tiny-digits")}`];
  const options = { out, set, charts: false, workers: 1 };
  await sweep(config, { ...options, engine: "reference" });

  const more = { ...options, set: [...set, "prune.sparsities=[0, 0.5, 0.9]"], engine: "auto" };
  const { outline, stored } = await planSweep(config, more);
  expect(outline.engine.name).toBe("reference");
  expect(stored).toBe(8);
  const { results } = await sweep(config, more);
  expect(new Set(results.map(({ engine }) => engine))).toEqual(new Set(["reference"]));

  await expect(sweep(config, { ...options, engine: "kernels-wasm" })).rejects.toMatchObject({
    kind: "input",
    message: expect.stringContaining('engine.name: "reference" there, "kernels-wasm" now'),
    hint: "Continue it with --engine reference, choose another folder with --out, or start over with --fresh.",
  });
  const fresh = await sweep(config, { ...options, engine: "auto", fresh: true });
  expect(fresh.results[0]?.engine).toMatch(/^kernels-/);

  // What is wrong with a folder is told as with any engine.
  const manifest = path.join(out, "manifest.json");
  await writeFile(manifest, (await readFile(manifest, "utf8")).slice(0, 100));
  await expect(sweep(config, { ...options, engine: "auto" })).rejects.toMatchObject({
    kind: "input",
    message: expect.stringContaining(manifest),
  });
});
