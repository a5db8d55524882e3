import { expect, test } from "vitest";
import { woodfisher } from "../../../src/pruning/criteria/woodfisher.ts";
import { evidenceOf, layer, values } from "./evidence.ts";

const options = { examples: 1, dampening: 1, updateScale: 1 };
// One example, with a gradient of rank 1 as that of a dense layer is: F = I + g gᵀ, and F^-1 = I - g gᵀ / (1 + |g|^2).
const gradient = values([2, 0, 0, 4, 0, 0], [0, 0]);
const evidence = () =>
  evidenceOf(layer, { weights: values([1, 3, 0, 1, 0, -2], [0, 5]), exampleGradients: [gradient] });

test("scores by weight^2 / (2 [F^-1]_ii)", async () => {
  // |g|^2 = 20, so [F^-1]_ii is 17 / 21 and 5 / 21 where g is 2 and 4, and 1 where it is 0.
  const scores = await woodfisher.scores(evidence(), options);
  const expected = values([21 / 34, 4.5, 0, 2.1, 0, 2], [0, 12.5]);
  for (const [name, found] of scores) {
    for (const [i, score] of found.entries()) expect(score).toBeCloseTo(expected.get(name)?.[i] ?? 0, 5);
  }
});

test("what is kept makes up for what goes, by as much as updateScale says", async () => {
  const masks = new Map([
    ["fc1.weight", Uint8Array.of(0, 1, 1, 1, 1, 1)],
    ["fc1.bias", Uint8Array.of(1, 1)],
  ]);
  const choice = { masks, exchange: "none" } as const;
  // - F^-1 e_0 w_0 / [F^-1]_00: of the fourth, 8 / 21 x 21 / 17.
  for (const [updateScale, fourth] of [
    [1, 1 + 8 / 17],
    [0.5, 1 + 4 / 17],
    [0, 1],
  ] as const) {
    const revision = await woodfisher.revise?.(evidence(), choice, { ...options, updateScale });
    expect(revision?.masks).toBe(masks);
    const weight = revision?.weights.get("fc1.weight") ?? [];
    expect([...weight].slice(1, 3)).toEqual([3, 0]);
    expect(weight[3]).toBeCloseTo(fourth, 6);
    expect([...(revision?.weights.get("fc1.bias") ?? [])]).toEqual([0, 5]);
  }
});
