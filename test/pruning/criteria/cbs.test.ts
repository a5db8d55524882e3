import { expect, test } from "vitest";
import { cbs } from "../../../src/pruning/criteria/cbs.ts";
import type { Objective } from "../../../src/pruning/criterion.ts";
import { tensorSpec } from "../fixtures.ts";
import { evidenceOf } from "./evidence.ts";

const options = { examples: 1, dampening: 0.5, updateScale: 1 };
const tensors = [tensorSpec("a.bias", [2]), tensorSpec("b.bias", [2])];
const of = (a: readonly number[], b: readonly number[]) =>
  new Map([
    ["a.bias", Float32Array.from(a)],
    ["b.bias", Float32Array.from(b)],
  ]);
const masks = new Map([
  ["a.bias", Uint8Array.of(0, 0)],
  ["b.bias", Uint8Array.of(1, 1)],
]);

/** Gradients with which the first and the third weight cancel one another. */
const evidence = (loss: Objective["loss"] = async () => 0) => {
  const parts = { weights: of([1, 1], [1, 1]), exampleGradients: [of([1, 1], [-1, 5])] };
  const all = evidenceOf(tensors, parts);
  return { ...all, objective: { ...all.objective, loss } };
};
/** Lower, the more of the first tensor is there. */
const better: Objective["loss"] = async (weights) =>
  -Array.from(weights.get("a.bias") ?? []).reduce((a, b) => a + b, 0);

const bits = (of: Map<string, Uint8Array> | ReadonlyMap<string, Uint8Array> | undefined) =>
  [...(of?.values() ?? [])].map((mask) => mask.join("")).join(" ");

test("scores by magnitude, where the search begins", async () => {
  const weights = of([1, -2], [0, 3]);
  expect(await cbs.scores(evidenceOf(tensors, { weights }), options)).toEqual(of([1, 2], [0, 3]));
});

test("exchanges weights where that lowers the loss", async () => {
  const choice = { masks, exchange: "any" } as const;
  const selection = { ...options, updateScale: 0 };
  expect(bits((await cbs.revise?.(evidence(better), choice, selection))?.masks)).toBe("10 01");
  // The expected change is lower, the loss is not: the choice stays.
  expect(bits((await cbs.revise?.(evidence(), choice, selection))?.masks)).toBe("00 11");
});

test("takes exchanges back where the loss is lower without them after the update", async () => {
  const choice = { masks, exchange: "any" } as const;
  // What the exchange would keep is worth it as it is; what the update makes of the last weight counts for more.
  const loss: Objective["loss"] = async (weights) =>
    (await better(weights)) - 100 * Math.max(0, (weights.get("b.bias")?.[1] ?? 0) - 1);
  const bitsOf = async (updateScale: number) =>
    bits((await cbs.revise?.(evidence(loss), choice, { ...options, updateScale }))?.masks);
  expect(await bitsOf(0)).toBe("10 01");
  expect(await bitsOf(1)).toBe("00 11");
});

test("gives no mask to a tensor that has none, as where heads alone are pruned", async () => {
  const heads = new Map([["a.bias", Uint8Array.of(0, 1)]]);
  const revision = await cbs.revise?.(evidence(), { masks: heads, exchange: "none" }, options);
  expect(revision?.masks).toEqual(heads);
});

test("exchanges no more than it may", async () => {
  for (const exchange of ["of the same tensor", "none"] as const) {
    const revision = await cbs.revise?.(evidence(better), { masks, exchange }, options);
    expect(bits(revision?.masks)).toBe("00 11");
  }
});

test("the kept weights make up for those that go, by least squares", async () => {
  const revision = await cbs.revise?.(evidence(), { masks, exchange: "none" }, options);
  // |-x + 5 y - 2|^2 + 0.5 (x^2 + y^2) is least at 2 / 26.5 x (-1, 5).
  const [x, y] = revision?.weights.get("b.bias") ?? [];
  expect(x).toBeCloseTo(1 - 2 / 26.5, 6);
  expect(y).toBeCloseTo(1 + 10 / 26.5, 6);
});
