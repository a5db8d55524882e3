import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { runsAtOnce } from "../../src/scheduling/runs-at-once.ts";

test("one run a core, or as many as an engine computes in one thread, unless fewer are asked for", () => {
  expect(runsAtOnce({}, undefined)).toBe(availableParallelism());
  expect(runsAtOnce({}, 3)).toBe(3);
  expect(runsAtOnce({ maxWorkers: 16 }, undefined)).toBe(16);
  expect(runsAtOnce({ maxWorkers: 16 }, 3)).toBe(3);
  expect(runsAtOnce({ maxWorkers: 1 }, 3)).toBe(1);
});
