import { describe, expect, it } from "vitest";
import { metricBars } from "../../src/charts/metric-bars.ts";
import { everyChartStudy, exampleStudy } from "../support/example-study.ts";
import { ownMetrics } from "../support/own-metric.ts";
import { resultRow } from "../support/result-rows.ts";

interface Bar {
  readonly panel: string;
  readonly method: string;
  readonly value: number | null;
  readonly bound: number | null;
  readonly figure: string;
}

function bars(data: Parameters<typeof metricBars>[0]): Bar[] {
  const spec = JSON.parse(JSON.stringify(metricBars(data) ?? { data: { values: [] } }));
  return spec.data.values;
}

const score = {
  name: "score",
  formula: "accuracy * sparsity",
  better: "higher",
  bounds: [0, 1.5],
  digits: 2,
};
const row = (method: string, sparsity: number, accuracy: number) =>
  resultRow({ method, target_sparsity: sparsity, sparsity, accuracy });

describe("metricBars", () => {
  it("has each method at its best sparsity by a metric of one's own, the best method first", () => {
    const study = ownMetrics(
      [score],
      [row("a", 0, 0.9), row("a", 0.5, 0.9), row("a", 0.9, 0.8), row("b", 0.5, 0.9), row("b", 0.9, 0.4)],
    );
    expect(bars(study)).toMatchObject([
      { panel: "Score", method: "a", bound: 1.5, figure: "0.72 at 90%" },
      { panel: "Score", method: "b", bound: 1.5, figure: "0.45 at 50%" },
    ]);
    // The least is the best where lower values are better; a bound of 0 is where bars begin.
    const cost = { ...score, name: "cost", better: "lower" };
    expect(bars(ownMetrics([cost], study.results))).toMatchObject([
      { method: "b", bound: null, figure: "0.36 at 90%" },
      { method: "a", figure: "0.45 at 50%" },
    ]);
  });

  it("has accuracy or loss where every method has one sparsity, which needs no telling", () => {
    const results = [row("a", 0, 0.97), row("a", 0.9, 0.9), row("b", 0.95, 0.93)];
    expect(bars({ results })).toMatchObject([
      { panel: "Accuracy (%)", method: "b", bound: 100, figure: "93.00%" },
      { panel: "Accuracy (%)", method: "a", figure: "90.00%" },
    ]);
  });

  it("has what diverged last, without a bar", () => {
    const results = [
      row("b", 0.9, 0.9),
      { ...row("a", 0.9, 0), accuracy: null, loss: null, status: "diverged" as const },
    ];
    expect(bars({ results })).toMatchObject([
      { method: "b", figure: "90.00%" },
      { method: "a", value: null, figure: "diverged" },
    ]);
  });

  it("is not drawn for accuracies at several sparsities, of which the least pruned is the best, nor for one method", () => {
    expect(metricBars(exampleStudy())).toBeUndefined();
    expect(metricBars(everyChartStudy({ methods: ["l1-unstructured"] }))).toBeUndefined();
  });
});
