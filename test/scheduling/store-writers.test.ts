import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { RunStore } from "../../src/scheduling/store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const RUNS = 600;
const ids = Array.from({ length: RUNS }, (_, i) => `run-${i}`);

const network = {
  inputShape: [2],
  layers: [{ kind: "dense", name: "fc1", inputs: 2, outputs: 1 }],
  loss: "mean-squared-error",
} as const;

/** A process that stores every run with its weights. */
async function writer(folder: string): Promise<string> {
  const module = path.resolve("dist/scheduling/store.js");
  const code = `
    const { RunStore } = await import(${JSON.stringify(module)});
    const store = new RunStore(${JSON.stringify(folder)}, ${JSON.stringify(network)});
    const parameters = new Map([["fc1.weight", Float32Array.of(1, 2)], ["fc1.bias", Float32Array.of(3)]]);
    const timing = { seconds: 1, trainSeconds: 1, trainedExamples: 2, peakMemoryBytes: 3 };
    for (const id of ${JSON.stringify(ids)}) {
      const result = { kind: "checkpoint", status: "ok", history: [] };
      await store.write(id, { result, parameters, masks: new Map() }, timing, ["weights"]);
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code]);
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const [status] = await once(child, "close");
  return `${status} ${errors}`;
}

it("takes the same runs from several processes at once, and readers find them throughout", async () => {
  const folder = path.join(await temporaryFolder(), "runs");
  const store = new RunStore(folder, network);
  // A third is stored without weights, a third damaged.
  const timing = { seconds: 1, trainSeconds: 1, trainedExamples: 2, peakMemoryBytes: 3 };
  for (const [i, id] of ids.entries()) {
    if (i % 3 === 0) {
      const result = { kind: "checkpoint", status: "ok", history: [] } as const;
      const output = { result, parameters: new Map(), masks: new Map(), trainSeconds: 1, trainedExamples: 2 };
      await store.write(id, output, timing, []);
    }
    if (i % 3 === 1) {
      await mkdir(path.join(folder, id), { recursive: true });
      await writeFile(path.join(folder, id, "result.json"), "{");
    }
  }
  let writing = true;
  const writers = Promise.all([writer(folder), writer(folder)]).finally(() => {
    writing = false;
  });
  const seen = new Set<string>();
  const lost: string[] = [];
  for (let i = 0; writing; i = (i + 1) % RUNS) {
    const id = ids[i] as string;
    if ((await store.read(id)) !== undefined) seen.add(id);
    // A damaged one makes room, and whoever removes it may be late.
    else if (seen.has(id) && i % 3 !== 1) lost.push(id);
  }
  expect(await writers).toEqual(["0 ", "0 "]);
  expect(lost).toEqual([]);
  for (const id of ids) expect((await store.read(id))?.artifacts).toEqual(["weights"]);
  expect((await readdir(folder)).sort()).toEqual([...ids].sort());
});
