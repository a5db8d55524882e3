import { expect, test, vi } from "vitest";
import type { Evidence } from "../../../src/pruning/criterion.ts";
import { rememberLast } from "../../../src/pruning/second-order/remember-last.ts";
import { evidenceOf, layer, values } from "../criteria/evidence.ts";

const evidence: Evidence = evidenceOf(layer, { weights: values([1, 2, 3, 4, 5, 6], [7, 8]) });
const changed = values([1, 2, 3, 4, 5, 6], [7, 9]);

test("computes once for the same evidence and options", async () => {
  const compute = vi.fn(async (_: Evidence, { n }: { readonly n: number }) => ({ n }));
  const remembered = rememberLast(compute);
  const first = await remembered(evidence, { n: 1 });
  const copy = new Map([...evidence.weights].map(([name, own]) => [name, own.slice()]));
  expect(await remembered({ ...evidence, weights: copy }, { n: 1 })).toBe(first);
  expect(compute).toHaveBeenCalledTimes(1);
});

test.each([
  ["options", evidence, { n: 2 }],
  ["weights", { ...evidence, weights: changed }, { n: 1 }],
  ["fewer weights", { ...evidence, weights: new Map([...changed].slice(0, 1)) }, { n: 1 }],
  ["tensors", { ...evidence, tensors: layer.slice(0, 1) }, { n: 1 }],
  ["a source", { ...evidence, source: "another" }, { n: 1 }],
])("computes anew for other %s, also when the weights changed in place", async (_, other, options) => {
  const compute = vi.fn(async (_: Evidence, given: { readonly n: number }) => given);
  const remembered = rememberLast(compute);
  const weights = new Map([...evidence.weights].map(([name, own]) => [name, own.slice()]));
  await remembered({ ...evidence, weights }, { n: 1 });
  weights.get("fc1.bias")?.fill(0);
  await remembered(other, options);
  expect(compute).toHaveBeenCalledTimes(2);
});

test("keeps the five that were asked for last", async () => {
  const compute = vi.fn(async (_: Evidence, { n }: { readonly n: number }) => n);
  const remembered = rememberLast(compute);
  for (const n of [1, 2, 3, 4, 5, 1, 6, 1, 3]) expect(await remembered(evidence, { n })).toBe(n);
  expect(compute).toHaveBeenCalledTimes(6);
  await remembered(evidence, { n: 2 });
  expect(compute).toHaveBeenCalledTimes(7);
});
