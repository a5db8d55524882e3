import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import type { RunResult } from "../../src/experiment/runs/index.ts";
import type { RunOutput } from "../../src/experiment/runs/run.ts";
import { RunStore } from "../../src/scheduling/store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const RUNS = 600;
const ids = Array.from({ length: RUNS }, (_, i) => `run-${i}`);

const network = {
  inputShape: [2],
  layers: [{ kind: "dense", name: "fc1", inputs: 2, outputs: 1 }],
  loss: "mean-squared-error",
} as const;

/** A process that stores every run, with its weights or in its pack. */
async function writer(folder: string, keep: readonly string[]): Promise<string> {
  const module = path.resolve("dist/scheduling/store.js");
  const code = `
    const { RunStore } = await import(${JSON.stringify(module)});
    const store = new RunStore(${JSON.stringify(folder)}, ${JSON.stringify(network)});
    const parameters = new Map([["fc1.weight", Float32Array.of(1, 2)], ["fc1.bias", Float32Array.of(3)]]);
    const timing = { seconds: 1, trainSeconds: 1, trainedExamples: 2, peakMemoryBytes: 3 };
    for (const id of ${JSON.stringify(ids)}) {
      const result = { kind: "checkpoint", status: "ok", history: [] };
      await store.write(id, { result, parameters, masks: new Map() }, timing, ${JSON.stringify(keep)});
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code]);
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const [status] = await once(child, "close");
  return `${status} ${errors}`;
}

const output: RunOutput<RunResult> = {
  result: { kind: "checkpoint", status: "ok", history: [] },
  parameters: new Map(),
  masks: new Map(),
  optimizer: { step: 1, slots: new Map() },
  trainSeconds: 1,
  trainedExamples: 2,
};
const timing = { seconds: 1, trainSeconds: 1, trainedExamples: 2, peakMemoryBytes: 3 };

/** Reads the runs over and over while two processes store all of them; those that were found, and then were not. */
async function readWhileWritten(store: RunStore, keep: readonly string[]): Promise<string[]> {
  let writing = true;
  const writers = Promise.all([writer(store.folder, keep), writer(store.folder, keep)]).finally(() => {
    writing = false;
  });
  const seen = new Set<string>();
  const lost: string[] = [];
  for (let i = 0; writing; i = (i + 1) % RUNS) {
    const id = ids[i] as string;
    if ((await store.read(id)) !== undefined) seen.add(id);
    else if (seen.has(id)) lost.push(id);
    await setImmediate();
  }
  expect(await writers).toEqual(["0 ", "0 "]);
  return lost;
}

it("takes the same runs with artifacts from several processes, and readers find them throughout", async () => {
  const store = new RunStore(path.join(await temporaryFolder(), "runs"), network);
  // A third is stored with something else.
  for (const [i, id] of ids.entries()) if (i % 3 === 0) await store.write(id, output, timing, ["optimizer"]);
  expect(await readWhileWritten(store, ["weights"])).toEqual([]);
  for (const id of ids) expect((await store.read(id))?.artifacts).toContain("weights");
  expect((await store.read("run-0"))?.artifacts).toContain("optimizer");
  expect((await readdir(store.folder)).sort()).toEqual([...ids].sort());
});

it("takes the same runs from several processes over damaged ones", async () => {
  const folder = path.join(await temporaryFolder(), "runs");
  for (const id of ids) {
    await mkdir(path.join(folder, id), { recursive: true });
    await writeFile(path.join(folder, id, "result.json"), "{");
  }
  const store = new RunStore(folder, network);
  expect(await Promise.all([writer(folder, ["weights"]), writer(folder, ["weights"])])).toEqual(["0 ", "0 "]);
  for (const id of ids) expect((await store.read(id))?.artifacts).toEqual(["weights"]);
  expect((await readdir(folder)).sort()).toEqual([...ids].sort());
});

it("takes the same runs without artifacts, each process in one file", async () => {
  const store = new RunStore(path.join(await temporaryFolder(), "runs"), network);
  expect(await readWhileWritten(store, [])).toEqual([]);
  const found: string[] = [];
  for await (const [id, run] of new RunStore(store.folder, network).readAll([...ids, "another"])) {
    expect(run.result).toEqual(output.result);
    found.push(id);
  }
  expect(found).toEqual(ids);
  expect(await readdir(path.join(store.folder, "packs"))).toHaveLength(2);
  expect(await readdir(store.folder)).toEqual(["packs"]);
});
