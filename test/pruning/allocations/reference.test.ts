import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Masks } from "../../../src/network/mask.ts";
import { countKept } from "../../../src/network/mask.ts";
import { pruneMasks } from "../../../src/pruning/prune.ts";
import { chosen, tensorSpec } from "../fixtures.ts";

/** Made by allocations.py beside it, plainly from the papers. */
const { shapes, cases } = JSON.parse(
  readFileSync(new URL("../../fixtures/references/allocations.json", import.meta.url), "utf8"),
) as {
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly cases: readonly {
    readonly allocation: string;
    readonly kept: number;
    readonly counts: Readonly<Record<string, number>>;
    /** What is kept. */
    readonly indices?: Readonly<Record<string, readonly number[]>>;
  }[];
};

const tensors = Object.entries(shapes).map(([layer, shape]) => tensorSpec(`${layer}.weight`, shape));
const size = tensors.reduce((sum, tensor) => sum + tensor.size, 0);

/** The magnitudes of the script's weights. */
function magnitudes(): Map<string, Float32Array> {
  let state = 1;
  return new Map(
    tensors.map(({ name, shape, size: length }) => {
      const inputs = length / (shape[0] ?? 1);
      const values = Float32Array.from({ length }, () => {
        state = (state * 16807) % 2147483647;
        return (2 * (state / 2147483647) - 1) / inputs;
      });
      return [name, values.map(Math.abs)];
    }),
  );
}

const byLayer = <T>(masks: Masks, of: (mask: Uint8Array) => T) =>
  Object.fromEntries([...masks].map(([name, mask]) => [name.replace(".weight", ""), of(mask)]));

test.each(cases)("$allocation, $kept weights kept: as computed from the paper", (reference) => {
  const masks = pruneMasks({
    tensors,
    scores: magnitudes(),
    method: {
      allocation: chosen("allocation", reference.allocation),
      structure: chosen("structure", "weight"),
    },
    sparsity: 1 - reference.kept / size,
  });
  expect(byLayer(masks, countKept)).toEqual(reference.counts);
  if (reference.indices === undefined) return;
  const kept = byLayer(masks, (mask) => [...mask.keys()].filter((i) => mask[i] === 1));
  expect(kept).toEqual(reference.indices);
});
