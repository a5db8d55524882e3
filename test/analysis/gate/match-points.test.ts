import { describe, expect, test } from "vitest";
import { matchPoints } from "../../../src/analysis/gate/match-points.ts";
import type { ResultRow } from "../../../src/recording/rows.ts";
import { resultRow } from "../../support/result-rows.ts";

const names = { baseline: "old.csv", results: "new.csv" };
const match = (
  baseline: readonly Partial<ResultRow>[],
  results: readonly Partial<ResultRow>[],
  allowMissing = false,
) => matchPoints(baseline.map(resultRow), results.map(resultRow), { names, allowMissing });

describe("matchPoints", () => {
  test("brings the seeds of a point together, in the order of the baseline", () => {
    const rows = [
      { method: "b", seed: 0 },
      { method: "a", seed: 0 },
      { method: "b", seed: 1 },
    ];
    const { points, missing } = match(rows, rows.toReversed());
    expect(points.map(({ key, baseline, results }) => [key.method, baseline.length, results.length])).toEqual(
      [
        ["b", 2, 2],
        ["a", 1, 1],
      ],
    );
    expect(missing).toEqual([]);
  });

  test("other seeds, settings or engines are the same point", () => {
    const { points } = match(
      [{ seed: 0 }],
      [{ seed: 5, recipe: "ffff", engine: "kernels-native", study: "x" }],
    );
    expect(points).toHaveLength(1);
  });

  test("a grid that differs is an error that lists the points, and names both ways out", () => {
    const both = () => match([{}, { target_sparsity: 0.9 }], [{}, { method: "l1-unstructured" }]);
    expect(both).toThrow(
      "The grids differ:\n" +
        "  new.csv has no global-magnitude at sparsity 0.9 (mlp, one-shot, finetune)\n" +
        "  old.csv has no l1-unstructured at sparsity 0.5 (mlp, one-shot, finetune)",
    );
    expect(both).toThrow(expect.objectContaining({ hint: expect.stringContaining("--allow-missing") }));
  });

  test("with allowMissing the common points remain, and there has to be one", () => {
    const { points, missing } = match([{}, { target_sparsity: 0.9 }], [{}], true);
    expect(points).toHaveLength(1);
    expect(missing).toEqual(["new.csv has no global-magnitude at sparsity 0.9 (mlp, one-shot, finetune)"]);
    expect(() => match([{ model: "mlp" }], [{ model: "lenet-5" }], true)).toThrow("no point in common");
  });

  test.each([
    [
      { dataset: "mnist-10k" },
      "Different datasets cannot be compared: mnist in old.csv, mnist-10k in new.csv.",
    ],
    [{ test_examples: 1000 }, "test_examples 10000 in old.csv, 1000 in new.csv"],
    [{ parameters: 100 }, "Different models cannot be compared"],
    [{ dense_macs: 100 }, "dense_macs 266200 in old.csv, 100 in new.csv"],
  ])("refuses %o", (change, message) => {
    expect(() => match([{}], [change])).toThrow(message);
  });
});
