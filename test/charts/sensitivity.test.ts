import { describe, expect, it } from "vitest";
import { detectableDrops, sensitivitySentence } from "../../src/charts/sensitivity.ts";
import { regressionRow, resultRow } from "../support/result-rows.ts";

const rows = (sparsity: number, accuracies: readonly number[], method = "a") =>
  accuracies.map((accuracy, seed) => resultRow({ method, target_sparsity: sparsity, seed, accuracy }));

describe("detectableDrops", () => {
  it("is smaller for more seeds and for less spread", () => {
    const drop = (accuracies: readonly number[]) => detectableDrops(rows(0.9, accuracies))[0]?.drop ?? 0;
    const spread = [0.97, 0.972, 0.974];
    expect(drop([...spread, ...spread])).toBeLessThan(drop(spread));
    expect(drop([0.9719, 0.972, 0.9721])).toBeLessThan(drop(spread));
    expect(drop([0.9719, 0.972, 0.9721])).toBeGreaterThan(0.5);
  });

  it("has none without any value", () => {
    const nothing = [resultRow({ accuracy: null, loss: null })];
    expect(detectableDrops(nothing)).toEqual([]);
    expect(sensitivitySentence(nothing)).toBeUndefined();
  });
});

describe("sensitivitySentence", () => {
  it("says up to where small drops are seen", () => {
    const sharp = [0.971, 0.972, 0.973, 0.971, 0.973];
    const blunt = [0.5, 0.6, 0.7, 0.5, 0.7];
    const sentence = sensitivitySentence([...rows(0, sharp), ...rows(0.5, sharp), ...rows(0.9, blunt)]);
    expect(sentence).toMatch(
      /^Smallest drop that a check with other seeds can detect: 0\.\d points up to 50% pruned; \d\d\.\d points beyond\.$/,
    );
  });

  it("tells the rises of a regression in percent of its loss", () => {
    const losses = [0.1, 0.101, 0.102, 0.1, 0.102].map((loss, seed) => regressionRow({ seed, loss }));
    expect(sensitivitySentence(losses)).toMatch(
      /^Smallest rise that a check with other seeds can detect: \d\.\d%\.$/,
    );
  });

  it("says where no drop can be seen, rather than one beyond what there is to lose", () => {
    expect(detectableDrops(rows(0.9, [0.5, 0.95]))).toEqual([{ method: "a", sparsity: 0.9, drop: null }]);
    expect(sensitivitySentence(rows(0.9, [0.5, 0.95]))).toBe(
      "A check with other seeds can see no drop with 2 seeds: more seeds are needed.",
    );
    const some = [...rows(0, [0.971, 0.972]), ...rows(0.5, [0.9, 0.91]), ...rows(0.9, [0.5, 0.95])];
    expect(sensitivitySentence(some)).toMatch(
      /detect: 0\.\d points at 0% pruned; \d\.\d points beyond; none at 90%\.$/,
    );
  });

  it("advises more seeds where no point sees a small drop", () => {
    expect(sensitivitySentence(rows(0.9, [0.5, 0.52]))).toMatch(/points\. More seeds make it smaller\.$/);
  });
});
