import { describe, expect, it } from "vitest";
import { accuracyHeatmap } from "../../src/charts/accuracy-heatmap.ts";
import { diverged } from "../support/example-study.ts";
import { resultRow } from "../support/result-rows.ts";

function cells(results: Parameters<typeof accuracyHeatmap>[0]["results"]) {
  const spec = JSON.parse(JSON.stringify(accuracyHeatmap({ results })));
  return spec.data.values as { method: string; sparsity: string; text: string; fraction: number | null }[];
}

describe("accuracyHeatmap", () => {
  const rows = [0.98, 0.96, 0.92].map((accuracy, i) =>
    resultRow({ method: "a", target_sparsity: [0, 0.5, 0.9][i] ?? 0, accuracy }),
  );

  it("goes from the worst, 0, to the best, 1, by the logarithm of the error", () => {
    const fractions = cells(rows).map(({ fraction }) => fraction);
    // Errors of 2, 4 and 8%: evenly spaced.
    [1, 0.5, 0].forEach((expected, i) => {
      expect(fractions[i]).toBeCloseTo(expected, 9);
    });
  });

  it("writes each accuracy into its cell, and what has none", () => {
    const [first, second, third] = rows.map((row, i) =>
      i === 1 ? diverged(row) : i === 2 ? { ...row, status: "collapsed" as const } : row,
    );
    const texts = cells([first, second, third].filter((row) => row !== undefined)).map(({ text }) => text);
    expect(texts).toEqual(["98.0", "diverged", "92.0 ×"]);
  });
});
