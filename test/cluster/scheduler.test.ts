import { expect, test } from "vitest";
import { isActive } from "../../src/cluster/scheduler.ts";

test.each([
  ["COMPLETING", true],
  ["PENDING", true],
  ["REQUEUED", true],
  ["TIMEOUT", false],
  ["NODE_FAIL", false],
  ["CANCELLED", false],
])("%s: %s", (state, active) => {
  expect(isActive({ job: "1", index: 0, state, reason: "", node: "" })).toBe(active);
});
