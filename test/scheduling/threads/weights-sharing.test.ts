import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { initialParameters } from "../../../src/models/initializers.ts";
import type { RunTask } from "../../../src/scheduling/executor.ts";
import { RunStore } from "../../../src/scheduling/store.ts";
import { WeightsSharing } from "../../../src/scheduling/threads/weights-sharing.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { tinySettings } from "../../support/tiny-settings.ts";

/** Runs `a` and `b` with weights of their own, and tasks that hang on one of them, or on none. */
const storeFolder = path.join(await temporaryFolder(), "runs");
const { network } = tinySettings;
const store = new RunStore(storeFolder, network);
const weights = path.join(storeFolder, "a", "weights.safetensors");
for (const [seed, id] of ["a", "b"].entries()) {
  const parameters = initialParameters(network, { name: "normal", deviation: 0.1, bias: 0 }, seed);
  const result = { kind: "checkpoint", status: "ok", history: [] } as const;
  const timing = { seconds: 1, trainSeconds: 0, trainedExamples: 0, peakMemoryBytes: 1 };
  await store.write(
    id,
    { result, parameters, masks: new Map(), trainSeconds: 0, trainedExamples: 0 },
    timing,
    ["weights"],
  );
}
const taskOn = (parent?: string) =>
  ({
    run: { parents: parent === undefined ? [] : [{ run: parent, artifacts: ["weights"] }] },
    settings: tinySettings,
    storeFolder,
  }) as unknown as RunTask;

test("what runs hang on is read once, into memory that threads share", async () => {
  const sharing = new WeightsSharing(0);
  const [first, second] = await Promise.all([sharing.of(taskOn("a")), sharing.of(taskOn("a"))]);
  expect(first?.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(second?.bytes).toBe(first?.bytes);
  expect(Buffer.from(first?.bytes ?? [])).toEqual(await readFile(weights));
  expect((await sharing.of(taskOn("b")))?.run).toBe("b");
});

test("a run finds the same by shared weights as by its own reading", async () => {
  const shared = await store.readShared("a");
  expect(await store.readArtifacts("a", ["weights"], shared)).toEqual(
    await store.readArtifacts("a", ["weights"]),
  );
  // Those of another run are none of its own.
  expect(await store.readArtifacts("b", ["weights"], shared)).toEqual(
    await store.readArtifacts("b", ["weights"]),
  );
});

test("small weights, and those of no parent, are not shared", async () => {
  expect(await new WeightsSharing().of(taskOn("a"))).toBeUndefined();
  expect(await new WeightsSharing(0).of(taskOn())).toBeUndefined();
});

test("damaged weights are left for the run to find", async () => {
  const bytes = await readFile(weights);
  await writeFile(weights, Buffer.from(bytes).fill(1, bytes.length - 1));
  expect(await new WeightsSharing(0).of(taskOn("a"))).toBeUndefined();
  await writeFile(weights, bytes.subarray(0, 20));
  expect(await new WeightsSharing(0).of(taskOn("a"))).toBeUndefined();
  expect(await new WeightsSharing(0).of(taskOn("c"))).toBeUndefined();
});
