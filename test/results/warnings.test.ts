import { expect, test } from "vitest";
import { workerWarnings } from "../../src/results/warnings.ts";

test("more workers than an engine can have are told; fewer, as many, or none asked for are not", () => {
  const single = { name: "tensorflow", maxWorkers: 1 };
  expect(workerWarnings(single, 4)).toEqual([
    "The engine tensorflow runs in one worker at most, not in the 4 asked for.",
  ]);
  for (const asked of [1, undefined]) expect(workerWarnings(single, asked)).toEqual([]);
  expect(workerWarnings({ name: "kernels-wasm" }, 64)).toEqual([]);
});
