import { chmod, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { RunResult } from "../../src/experiment/runs/index.ts";
import type { RunOutput } from "../../src/experiment/runs/run.ts";
import { sha256 } from "../../src/foundations/hash.ts";
import { encodeSafetensors } from "../../src/foundations/safetensors.ts";
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

  it("removes what a drop that was killed had still to remove", async () => {
    const store = await storeWithRun(["weights"]);
    await writeFile(path.join(store.folder, "a", "optimizer.safetensors"), "left");
    const found = await store.read("a");
    expect(found?.artifacts).toEqual(["weights"]);
    if (found !== undefined) await store.tidy("a", found);
    expect(await readdir(path.join(store.folder, "a"))).not.toContain("optimizer.safetensors");
  });

  it("has nothing of a run of which one bit of one file is not as it was written, or a byte is missing", async () => {
    const store = await storeWithRun(["weights", "optimizer"]);
    for (const name of await readdir(path.join(store.folder, "a"))) {
      const file = path.join(store.folder, "a", name);
      const whole = await readFile(file);
      await writeFile(file, whole.subarray(0, -1));
      expect({ name, read: await store.read("a") }).toEqual({ name, read: undefined });
      // Every bit of the small files, some of the large ones.
      for (let bit = 0; bit < 8 * whole.length; bit += name.endsWith(".json") ? 1 : 61) {
        const flipped = Buffer.from(whole);
        flipped[bit >> 3] = (whole[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        await writeFile(file, flipped);
        if ((await store.read("a")) !== undefined) expect.fail(`${name}, bit ${bit}`);
      }
      await writeFile(file, whole);
    }
    expect(await store.read("a")).toMatchObject({ result: output.result, timing });
  });

  it("has nothing of a packed run of which one bit is not as it was written, and all of the others", async () => {
    const store = await storeWithRun([]);
    await store.write("b", output, timing, []);
    await store.close();
    const [name = ""] = await readdir(path.join(store.folder, "packs"));
    const file = path.join(store.folder, "packs", name);
    const whole = await readFile(file);
    const second = whole.indexOf("run1 b");
    const readBoth = async () => {
      const reader = new RunStore(store.folder, network);
      return [await reader.read("a"), await reader.read("b")].map((run) => run !== undefined);
    };
    for (let bit = 0; bit < 8 * whole.length; bit += 5) {
      const flipped = Buffer.from(whole);
      flipped[bit >> 3] = (whole[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await writeFile(file, flipped);
      const [a, b] = await readBoth();
      const inLine = whole[bit >> 3] !== 10;
      if (inLine) expect({ bit, a, b }).toEqual({ bit, a: bit >> 3 >= second, b: bit >> 3 < second });
    }
    // A kill in the middle of a line costs that line, and no other that follows it.
    await writeFile(file, Buffer.concat([whole.subarray(0, second - 20), whole.subarray(second - 1)]));
    expect(await readBoth()).toEqual([false, true]);
    await writeFile(file, whole);
    expect(await readBoth()).toEqual([true, true]);
  });

  it("becomes a line of a pack when it has nothing to pass on any more", async () => {
    const store = await storeWithRun(["weights"]);
    await store.drop("a", []);
    expect(await readdir(store.folder)).toEqual(["packs"]);
    expect(await new RunStore(store.folder, network).read("a")).toEqual({
      result: output.result,
      timing,
      artifacts: [],
    });
    // Computed again with what is needed now, it is found with it.
    await store.write("a", output, timing, ["optimizer"]);
    expect(await store.read("a")).toMatchObject({ artifacts: ["optimizer"] });
  });

  it("flushes packs when it is told to, once however many runs there are", async () => {
    const handle = await open(import.meta.filename);
    const sync = vi.spyOn(Object.getPrototypeOf(handle), "sync");
    await handle.close();
    const store = new RunStore(path.join(await temporaryFolder(), "runs"), network);
    for (let i = 0; i < 100; i++) await store.write(`run-${i}`, output, timing, []);
    expect(sync).not.toHaveBeenCalled();
    await store.flush();
    await store.close();
    expect(sync).toHaveBeenCalledTimes(1);
    sync.mockRestore();
  });

  it("goes on in a new pack when the folder was removed", async () => {
    const store = await storeWithRun([]);
    await rm(store.folder, { recursive: true });
    await store.write("b", output, timing, []);
    expect(await new RunStore(store.folder, network).read("b")).toMatchObject({ timing });
  });

  it("stores what the points of a seed share once", async () => {
    const store = new RunStore(path.join(await temporaryFolder(), "runs"), network);
    const before = { tensors: [], note: "x".repeat(1000) };
    for (const id of ["a", "b", "c"]) {
      const result = { kind: "point", status: "ok", history: [], weights: { before, after: id } };
      await store.write(id, { ...output, result: result as unknown as RunResult }, timing, []);
    }
    const [name = ""] = await readdir(path.join(store.folder, "packs"));
    const text = await readFile(path.join(store.folder, "packs", name), "utf8");
    expect(text.split("x".repeat(1000))).toHaveLength(2);
    expect((await new RunStore(store.folder, network).read("c"))?.result).toMatchObject({
      weights: { before, after: "c" },
    });
    // A run whose shared value is damaged is not as it was written either.
    await writeFile(path.join(store.folder, "packs", name), text.replace("xxx", "xxy"));
    expect(await new RunStore(store.folder, network).read("c")).toBeUndefined();
  });

  it.each(["{}", "null", "[]", '{"seconds":1}', '{"format":1,"timingSha256":"","timing":{"seconds":null}}'])(
    "has nothing of a run with %s for its times",
    async (text) => {
      const store = await storeWithRun(["weights"]);
      await writeFile(path.join(store.folder, "a", "timing.json"), text);
      expect(await store.read("a")).toBeUndefined();
    },
  );

  it("has nothing of a run with the weights of another network, though their checksum fits", async () => {
    const store = await storeWithRun(["weights"]);
    const file = path.join(store.folder, "a", "weights.safetensors");
    const bytes = await readFile(file);
    const other = encodeSafetensors([{ name: "fc1.weight", shape: [2], values: Float32Array.of(1, 2) }]);
    await writeFile(file, other);
    const record = path.join(store.folder, "a", "result.json");
    await writeFile(record, (await readFile(record, "utf8")).replace(sha256(bytes), sha256(other)));
    expect(await store.read("a")).toBeUndefined();
  });

  it("names a file that may not be read", async (context) => {
    if (process.getuid?.() === 0) context.skip("root may read everything");
    const store = await storeWithRun([]);
    const file = path.join(store.folder, "a", "timing.json");
    await chmod(file, 0);
    await expect(store.read("a")).rejects.toThrow(`${file} cannot be read: permission denied (EACCES).`);
  });

  it("takes a run over from another store, with what is asked for", async () => {
    const [source, target] = [await storeWithRun(["weights", "optimizer"]), await storeWithRun([])];
    await target.adopt(source, "a", ["optimizer"]);
    expect(await target.read("a")).toEqual({ result: output.result, timing, artifacts: ["optimizer"] });
    expect((await target.readArtifacts("a", ["optimizer"]))?.optimizer).toEqual(output.optimizer);
  });
});
