import { expect, it } from "vitest";
import type { RunResult } from "../../src/experiment/runs/index.ts";
import { RunsInStore } from "../../src/scheduling/stored-runs.ts";

it("reads a result once for the rows that follow each other, and keeps few of many", () => {
  const read = new Map<string, number>();
  const runs = new RunsInStore({
    readAgain: (id) => {
      read.set(id, (read.get(id) ?? 0) + 1);
      return { result: resultOf(id), timing, artifacts: [] };
    },
  });
  const ids = ["baseline", ...Array.from({ length: 1000 }, (_, i) => `point-${i}`)];
  for (const id of ids) runs.add(id, { timing, artifacts: [] });
  for (const id of ids) {
    expect(runs.get(id)?.result).toEqual(resultOf(id));
    expect(runs.get("baseline")?.result).toEqual(resultOf("baseline"));
  }
  expect([...read.values()].every((times) => times === 1)).toBe(true);
  runs.get("point-999")?.result;
  runs.get("point-0")?.result;
  expect([read.get("point-999"), read.get("point-0")]).toEqual([1, 2]);
  expect(runs.get("another")).toBeUndefined();
});

const timing = { seconds: 1, trainSeconds: 1, trainedExamples: 2, peakMemoryBytes: 3 };

function resultOf(id: string): RunResult {
  const learningRate = id.length;
  const epoch = { epoch: 1, learningRate, trainLoss: 1, validationLoss: null, validationAccuracy: null };
  return { kind: "checkpoint", status: "ok", history: [epoch] };
}
