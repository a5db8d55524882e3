import { describe, expect, it } from "vitest";
import { sweepDifferences } from "../../../src/analysis/sweep-differences.ts";
import { accuracy } from "../../../src/metrics/accuracy.ts";
import { differenceSentences } from "../../../src/results/report/differences.ts";
import { resultRow } from "../../support/result-rows.ts";

const study = (name: string, accuracies: Readonly<Record<string, readonly number[]>>) => ({
  name,
  rows: Object.entries(accuracies).flatMap(([point, values]) => {
    const [method = "", sparsity = ""] = point.split(" ");
    return values.map((value, seed) =>
      resultRow({ method, target_sparsity: Number(sparsity), seed, accuracy: value }),
    );
  }),
  manifest: undefined,
  configText: undefined,
});
const sentences = (...studies: ReturnType<typeof study>[]) =>
  differenceSentences(studies, sweepDifferences(studies, accuracy), accuracy);

describe("differenceSentences", () => {
  const a = study("a", { "m 0.5": [0.9, 0.91, 0.92], "m 0.9": [0.8, 0.8, 0.8], "n 0.5": [0.7, 0.7, 0.7] });

  it("tells where a sweep differs from the first, and of what it cannot be told", () => {
    const b = study("b", {
      "m 0.5": [0.9, 0.92, 0.91],
      "m 0.9": [0.7, 0.701, 0.699],
      "n 0.5": [0.71, 0.69, 0.7],
    });
    expect(sentences(a, b)).toEqual([
      "b against a, m: it differs at 90%: 10.0 points below (paired by 3 seeds, 95% interval -10.2 to -9.8).",
      "b against a, n: at no sparsity can a difference be told from chance; the largest is 0.0 points above (paired by 3 seeds, 95% interval -2.5 to 2.5), at 50%.",
    ]);
  });

  it("says when everything is the same, and when nothing can be paired", () => {
    expect(sentences(a, { ...a, name: "b" })).toEqual([
      "b against a: the same figures at every point that both have.",
    ]);
    expect(sentences(a, study("b", { "o 0.5": [0.9] }))).toEqual([
      "b against a: no method, sparsity and seed in common, so no difference is paired.",
    ]);
  });
});
