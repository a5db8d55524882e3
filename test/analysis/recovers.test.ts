import { expect, it } from "vitest";
import { recovers } from "../../src/analysis/recovers.ts";
import { resultRow } from "../support/result-rows.ts";

const unchanged = { pruned_accuracy: 0.97, accuracy: 0.97, pruned_loss: 0.1, loss: 0.1 };
const diverged = {
  pruned_accuracy: null,
  accuracy: null,
  pruned_loss: null,
  loss: null,
  status: "diverged",
} as const;

it("is whether anything was trained after pruning, not what the config calls it", () => {
  expect(recovers([resultRow({})])).toBe(true);
  expect(recovers([resultRow({ recovery: "none" })])).toBe(false);
  expect(recovers([resultRow(unchanged)])).toBe(false);
  expect(recovers([resultRow(unchanged), resultRow({ seed: 1 })])).toBe(true);
});

it("counts a schedule that prunes during the recovery", () => {
  expect(recovers([resultRow({ pruned_accuracy: null, pruned_loss: null })])).toBe(true);
});

it("takes the plan's word where every run diverged", () => {
  expect(recovers([resultRow(diverged)])).toBe(true);
  expect(recovers([resultRow({ ...diverged, recovery: "none" })])).toBe(false);
  expect(recovers([resultRow(diverged), resultRow({ ...unchanged, seed: 1 })])).toBe(false);
});
