import { expect, test } from "vitest";
import { exchanges } from "../../../src/pruning/second-order/exchange.ts";
import { gather, gatherRows, randomGradients } from "./gradients.ts";

const ones = Float64Array.of(1, 1, 1, 1);

test("weights that cancel one another go together", async () => {
  // Pruned are 0 and 1, whose effects add up; with 2, the first would cancel.
  const gradients = await gatherRows([[1, 1, -1, 5]]);
  const rounds = [...exchanges({ gradients, weights: ones, kept: Uint8Array.of(0, 0, 1, 1) })];
  expect(rounds.map((kept) => [...kept])).toEqual([[1, 0, 0, 1]]);
});

test("not across groups", async () => {
  const gradients = await gatherRows([[1, 1, -1, 5]]);
  const groups = Uint32Array.of(0, 0, 1, 1);
  const kept = Uint8Array.of(0, 0, 1, 1);
  expect([...exchanges({ gradients, weights: ones, kept, groups })]).toEqual([]);
});

test("what is 0 already never comes back", async () => {
  const gradients = await gatherRows([[1, 1, -1, 5]]);
  const weights = Float64Array.of(0, 1, 1, 1);
  const kept = Uint8Array.of(0, 0, 1, 1);
  for (const round of exchanges({ gradients, weights, kept })) expect(round[0]).toBe(0);
});

test("each round keeps as many and lowers the expected change", async () => {
  const examples = 20;
  const gradients = await gather(randomGradients(examples));
  const weights = Float64Array.from({ length: 23 }, (_, i) => Math.sin(3 * i));
  const change = (kept: Uint8Array) =>
    gradients.times(weights.map((w, i) => (kept[i] === 1 ? 0 : w))).reduce((sum, x) => sum + x * x, 0) /
    examples;
  let before = Uint8Array.from({ length: 23 }, (_, i) => Number(i < 8));
  const first = change(before);
  let rounds = 0;
  for (const kept of exchanges({ gradients, weights, kept: before })) {
    expect(kept.reduce((sum, keep) => sum + keep, 0)).toBe(8);
    expect(change(kept)).toBeLessThan(change(before));
    before = kept as Uint8Array<ArrayBuffer>;
    rounds++;
  }
  expect(rounds).toBeGreaterThan(0);
  expect(change(before)).toBeLessThan(first / 2);
});
