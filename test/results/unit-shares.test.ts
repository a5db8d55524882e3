import { expect, test } from "vitest";
import { unitShareSentences } from "../../src/results/unit-shares.ts";
import { resultRow } from "../support/result-rows.ts";

test("heads are told in shares of the weights, by method, at the largest sparsity", () => {
  const head = { method: "heads", structure: "head(norm=l2)" };
  const rows = [
    resultRow({ ...head, target_sparsity: 0, sparsity: 0 }),
    resultRow({ ...head, target_sparsity: 0.5, sparsity: 0.16, seed: 0 }),
    resultRow({ ...head, target_sparsity: 0.5, sparsity: 0.168, seed: 1 }),
    resultRow({ method: "others", structure: "weight", target_sparsity: 0.5, sparsity: 0.4 }),
  ];
  expect(unitShareSentences(rows)).toEqual([
    "Sparsities of heads are shares of its head units, not of the weights: 50% of them are 16.4% of the weights that may be pruned.",
  ]);
});

test("nothing is told where weights, or units of one layer, go; nor of what is not pruned", () => {
  const rows = ["weight", "neuron(norm=l1)", "constructed", "of a plugin"].map((structure) =>
    resultRow({ structure, target_sparsity: 0.5, sparsity: 0.5 }),
  );
  expect(
    unitShareSentences([...rows, resultRow({ structure: "head(norm=l1)", target_sparsity: 0 })]),
  ).toEqual([]);
});
