import { describe, expect, it } from "vitest";
import { accuracyVsSparsity } from "../../src/charts/accuracy-vs-sparsity.ts";
import { diverged, exampleStudy } from "../support/example-study.ts";

interface Point {
  readonly method: string;
  readonly stage: string;
  readonly sparsity: number;
  readonly n: number;
  readonly mean: number | null;
  readonly ci95_low: number | null;
  readonly collapsed: number;
}

/** What the chart says: its points, its texts, and the labels beside the lines. */
function read(results: Parameters<typeof accuracyVsSparsity>[0]["results"]) {
  const spec = JSON.parse(JSON.stringify(accuracyVsSparsity({ results })));
  const points: Point[] = spec.data.values;
  const layers: { data?: { values: { text?: string }[] } }[] = spec.layer;
  const labels = layers.flatMap(({ data }) => data?.values ?? []).flatMap(({ text }) => text ?? []);
  return {
    points,
    labels,
    title: `${spec.title.text}`,
    subtitle: [spec.title.subtitle].flat().join("\n"),
    spec,
  };
}

describe("accuracyVsSparsity", () => {
  it("has the mean over the seeds for each method, sparsity and stage", () => {
    const { points } = read(exampleStudy().results);
    expect(points).toHaveLength(2 * 3 * 2);
    const dense = points.find(({ stage, sparsity }) => stage === "after fine-tuning" && sparsity === 0);
    expect(dense?.n).toBe(3);
    expect(dense?.mean).toBeCloseTo(0.978, 12);
    // logit(0.978) = 3.794240; t(0.975, 2) x 0.001 / sqrt(3) / (0.978 x 0.022) = 0.115456
    expect(dense?.ci95_low).toBeCloseTo(0.975374, 5);
  });

  it("names what it shows: model, data, seeds, test examples, the dense baseline and each method", () => {
    const { title, subtitle, labels } = read(exampleStudy().results);
    expect(title).toBe("Test accuracy against sparsity: mlp on mnist");
    expect(subtitle).toBe("Mean of 3 seeds with 95% confidence band, 10,000 test examples");
    expect(labels).toEqual([
      "dense baseline 97.8%",
      "dense control 97.8%",
      "l1-unstructured",
      "global-magnitude",
    ]);
  });

  it("has one line a method without fine-tuning", () => {
    const { points } = read(exampleStudy({ recovery: "none" }).results);
    expect(points).toHaveLength(2 * 3);
  });

  it("says of a single seed how far its test set can be trusted", () => {
    expect(read(exampleStudy({ seeds: [0] }).results).subtitle).toBe(
      "One seed, 10,000 test examples; a test set of this size leaves 97.4% to 98.0% open",
    );
  });

  it("shows the loss of a regression", () => {
    const { title, points, labels } = read(exampleStudy({ regression: true }).results);
    expect(title).toContain("Test loss against sparsity");
    expect(points.find(({ sparsity }) => sparsity === 0)?.mean).toBeCloseTo(0.022, 12);
    expect(labels[0]).toBe("dense baseline 0.0220");
  });

  it("leaves a gap where every seed diverged and says how many runs are left out", () => {
    const results = exampleStudy().results.map((row) =>
      row.method === "l1-unstructured" && row.target_sparsity === 0.9 ? diverged(row) : row,
    );
    const { points, subtitle } = read(results);
    expect(points.filter(({ mean }) => mean === null).map(({ sparsity }) => sparsity)).toEqual([0.9, 0.9]);
    expect(subtitle).toContain("3 diverged runs left out");
  });

  it("marks points with a collapsed run", () => {
    const results = exampleStudy().results.map((row) =>
      row.target_sparsity === 0.99 && row.seed === 1 ? { ...row, status: "collapsed" as const } : row,
    );
    const { points, subtitle } = read(results);
    expect(points.filter(({ collapsed }) => collapsed > 0)).toHaveLength(4);
    expect(subtitle).toContain("× no path from the inputs to the outputs is left");
  });

  it("is not drawn without any measure", () => {
    expect(accuracyVsSparsity({ results: [] })).toBeUndefined();
    expect(accuracyVsSparsity({ results: exampleStudy().results.map(diverged) })).toBeUndefined();
  });
});
