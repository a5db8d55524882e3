import { readdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { RunResult } from "../../src/experiment/runs/index.ts";
import type { RunOutput } from "../../src/experiment/runs/run.ts";
import type { NetworkSpec } from "../../src/network/specification.ts";
import { RunStore } from "../../src/scheduling/store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const network: NetworkSpec = {
  inputShape: [2],
  layers: [{ kind: "dense", name: "fc1", inputs: 2, outputs: 1 }],
  loss: "mean-squared-error",
};
const values = (...weight: number[]) =>
  new Map([
    ["fc1.weight", Float32Array.from(weight)],
    ["fc1.bias", Float32Array.of(0.5)],
  ]);
const output: RunOutput<RunResult> = {
  result: { kind: "checkpoint", status: "ok", history: [] },
  parameters: values(1, 0),
  masks: new Map([["fc1.weight", Uint8Array.of(1, 0)]]),
  optimizer: {
    step: 70_000,
    slots: new Map([
      ["firstMoment", values(3, 0)],
      ["secondMoment", values(4, 0)],
    ]),
  },
  trainSeconds: 1,
  trainedExamples: 2,
};
const timing = { seconds: 1, trainSeconds: 1, trainedExamples: 2, peakMemoryBytes: 3 };

async function storeWithRun(keep: readonly ("weights" | "optimizer")[]) {
  const store = new RunStore(path.join(await temporaryFolder(), "runs"), network);
  await store.write("a", output, timing, keep);
  return store;
}

describe("the store of runs", () => {
  it("gives back what a run passes on", async () => {
    const store = await storeWithRun(["weights", "optimizer"]);
    expect(await store.read("a")).toEqual({
      result: output.result,
      timing,
      artifacts: ["weights", "optimizer"],
    });
    expect(await store.readArtifacts("a", ["weights", "optimizer"])).toEqual({
      status: "ok",
      parameters: output.parameters,
      masks: output.masks,
      optimizer: output.optimizer,
    });
  });

  it("has nothing of a run that is not there, or is stored without what is asked for", async () => {
    const store = await storeWithRun(["weights"]);
    expect(await store.read("b")).toBeUndefined();
    expect(await store.readArtifacts("a", ["optimizer"])).toBeUndefined();
  });

  it("lets go of artifacts, and keeps the result and the others", async () => {
    const store = await storeWithRun(["weights", "optimizer"]);
    await store.drop("a", ["weights"]);
    expect(await store.read("a")).toMatchObject({ result: output.result, artifacts: ["weights"] });
    expect((await readdir(path.join(store.folder, "a"))).sort()).toEqual([
      "result.json",
      "timing.json",
      "weights.safetensors",
    ]);
    expect(await readdir(store.folder)).toEqual(["a"]);
  });

  it("takes a run over from another store, with what is asked for", async () => {
    const [source, target] = [await storeWithRun(["weights", "optimizer"]), await storeWithRun([])];
    await target.adopt(source, "a", ["optimizer"]);
    expect(await target.read("a")).toEqual({ result: output.result, timing, artifacts: ["optimizer"] });
    expect((await target.readArtifacts("a", ["optimizer"]))?.optimizer).toEqual(output.optimizer);
  });
});
