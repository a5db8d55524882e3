import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pruneMasks } from "../../../src/pruning/prune.ts";
import { chosen, tensorSpec } from "../fixtures.ts";

type Case = { readonly layer: string; readonly mask: string } & (
  | { readonly kept: number; readonly of: number }
  | { readonly n: "1" | "2" | "inf"; readonly dim: 0 | 1; readonly amount: number }
);

/** Made by structures.py beside it, with PyTorch. */
const { shapes, cases } = JSON.parse(
  readFileSync(new URL("../../fixtures/pytorch/structures/masks.json", import.meta.url), "utf8"),
) as { readonly shapes: Readonly<Record<string, readonly number[]>>; readonly cases: readonly Case[] };

/** The magnitudes of the script's weights. */
function magnitudes(): Map<string, Float32Array> {
  let state = 1;
  return new Map(
    Object.entries(shapes).map(([layer, shape]) => {
      const { name, size } = tensorSpec(`${layer}.weight`, shape);
      const values = Float32Array.from({ length: size }, () => {
        state = (state * 16807) % 2147483647;
        return (2 * state) / 2147483647 - 1;
      });
      return [name, values.map(Math.abs)];
    }),
  );
}

function masked(layer: string, structure: { readonly name: string }, sparsity: number): string {
  const tensor = tensorSpec(`${layer}.weight`, shapes[layer] ?? []);
  const method = { allocation: chosen("allocation", "uniform"), structure: chosen("structure", structure) };
  const masks = pruneMasks({ tensors: [tensor], scores: magnitudes(), method, sparsity });
  return masks.get(tensor.name)?.join("") ?? "";
}

const patterns = cases.filter((each) => "kept" in each);
const norms = cases.filter((each) => "dim" in each);

test.each(patterns)("$kept:$of of $layer is PyTorch's", ({ layer, kept: n, of: m, mask }) => {
  expect(masked(layer, { name: "n-of-m", ...{ n, m } }, 1 - n / m)).toBe(mask);
});

test.each(norms)(
  "ln_structured of $layer with n $n, dim $dim and amount $amount is PyTorch's",
  ({ layer, n, dim, amount, mask }) => {
    const norm = { "1": {}, "2": { norm: "l2" }, inf: { norm: "max" } }[n];
    expect(masked(layer, { name: dim === 0 ? "neuron" : "input", ...norm }, amount)).toBe(mask);
  },
);
